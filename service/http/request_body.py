"""Reads a request's body with limits on its type, size and time."""

from __future__ import annotations

import asyncio

from fastapi import Request

from service.http.errors import HttpError
from service.http.schemas import error_responses

BODY_SECONDS = 15.0  # for 1 MiB: a client slower than 70 kB/s can use the websocket

# Documents the errors of `read_body`.
BODY_ERRORS = error_responses({408: "Not sent in time", 413: "Too large", 415: "Wrong content type"})


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
