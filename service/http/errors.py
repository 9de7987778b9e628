"""Errors of HTTP calls, always `{"code", "message"}`; a traceback goes to the log alone."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.http.middleware.headers import ALWAYS


class Problem(Exception):
    """A call failed in a way that its caller can be told of."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def answer_problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status, headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Makes every error of the app's one of the same form."""

    @app.exception_handler(Problem)
    def on_problem(_: Request, error: Problem) -> JSONResponse:
        return answer_problem(error.status, error.code, error.message)

    @app.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).name.lower()
        message = f"{request.method} {request.url.path}: {error.detail}"
        return answer_problem(error.status_code, code, message, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return answer_problem(422, "bad_request", f"{where}: {first['msg']}")

    @app.exception_handler(Exception)
    def on_failure(_: Request, _error: Exception) -> JSONResponse:
        # Starlette answers this one outside of all middleware, so the headers are not added on the way.
        return answer_problem(500, "server_error", "an error of the server's; its log says more", dict(ALWAYS))
