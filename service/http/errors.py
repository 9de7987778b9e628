"""Errors of HTTP calls, always `{"code", "message"}`; tracebacks go to the log only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from service.http.middleware.headers import ALWAYS
from service.http.schemas import Error


class HttpError(Exception):
    """A call fails with this status; code and message are sent to the client."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def add_error_handlers(app: FastAPI, cors_headers: Callable[[Request], Mapping[str, str]]) -> None:
    """Gives every error of the app the same schema."""

    @app.exception_handler(HttpError)
    def on_http_error(_: Request, error: HttpError) -> Response:
        return respond_error(error.status, error.code, error.message)

    @app.exception_handler(HTTPException)
    def on_framework_error(request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).name.lower()
        message = f"{request.method} {request.url.path}: {error.detail}"
        return respond_error(error.status_code, code, message, error.headers)

    @app.exception_handler(RequestValidationError)
    def on_invalid_request(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return respond_error(422, "bad_request", f"{where}: {first['msg']}")

    @app.exception_handler(Exception)
    def on_failure(request: Request, _error: Exception) -> Response:
        # Starlette sends this response outside of all middleware, which would have added these headers.
        headers = {**ALWAYS, **cors_headers(request)}
        return respond_error(500, "server_error", "internal error; the server's log has details", headers)


def respond_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    body = Error(code=code, message=message).model_dump_json()
    return Response(body, status, headers, media_type="application/json")
