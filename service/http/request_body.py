"""Reads a request's body with limits on its type, size and time."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from service.http.errors import HttpError
from service.http.schemas import error_responses
from service.network.limits.metered import in_request_thread
from service.wire.protocol import ProtocolError, parse_json_object

BODY_SECONDS = 15.0  # for 1 MiB: a client slower than 70 kB/s can use the websocket

# Describes the body of a call that reads it itself, to bound its size.
JSON_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
# Documents the errors of `read_body`.
BODY_ERRORS = error_responses({408: "Not sent in time", 413: "Too large", 415: "Wrong content type"})

Body = TypeVar("Body", bound=BaseModel)


def content_type_of(request: Request) -> str:
    """The type that the request names, without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, content_type: str, max_bytes: int, or_type: str | None = None) -> bytes:
    """Reads the whole body; `or_type` is another type that the call takes elsewhere, for the error.

    Raises:
        HttpError: 415 wrong content type, 413 larger than `max_bytes`, 408 not sent in time.
    """
    given = content_type_of(request)
    if given != content_type:
        # Pages of other origins can't send these types without a preflight request.
        expected = content_type if or_type is None else f"{content_type} or {or_type}"
        raise HttpError(415, "bad_content_type", f"content type {given!r:.60}, expected {expected}")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > max_bytes:
                    raise HttpError(413, "too_large", f"more than {max_bytes} bytes, expected at most that")
    except TimeoutError as error:
        raise HttpError(408, "too_slow", f"{size} bytes in {BODY_SECONDS:g} s, expected the whole body") from error
    return b"".join(parts)


async def read_json(request: Request, max_bytes: int) -> dict[str, Any]:
    """Reads the whole body as a JSON object; parsing a large one, which takes 25 ms, runs in a thread.

    Raises:
        HttpError: as `read_body`, and 422 for anything but a JSON object.
    """
    body = await read_body(request, "application/json", max_bytes)
    try:
        return await in_request_thread(parse_json_object, body)
    except ProtocolError as error:
        raise HttpError(422, error.code, error.message) from error


async def read_model(request: Request, model: type[Body], max_bytes: int) -> Body:
    """Reads the whole body as JSON of this model.

    Raises:
        HttpError: as `read_body`, and 422 with the first thing that is wrong.
    """
    body = await read_body(request, "application/json", max_bytes)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HttpError(422, "bad_request", f"{where or 'body'}: {first['msg']}") from error
