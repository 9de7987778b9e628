"""Reading a request's body with an end to it: so many bytes, of one type, within so many seconds."""

from __future__ import annotations

import asyncio

from fastapi import Request

from service.http.errors import Problem

BODY_SECONDS = 15.0  # for 1 MiB: a client slower than 70 kB/s may use the websocket


async def read_body(request: Request, content_type: str, max_bytes: int) -> bytes:
    """The whole body.

    Raises:
        Problem: 415 of another type, 413 larger than `max_bytes`, 408 not sent in time.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != content_type:
        # A page of another origin can't send these types without asking first, and is never allowed to.
        raise Problem(415, "bad_content_type", f"content type {given!r:.60}, expected {content_type}")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > max_bytes:
                    raise Problem(413, "too_large", f"over {max_bytes} bytes, expected at most that")
    except TimeoutError as error:
        raise Problem(408, "too_slow", f"{size} bytes in {BODY_SECONDS:g} s") from error
    return b"".join(parts)
