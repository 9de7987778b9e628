"""Serves the page's files from `frontend/`: from known folders only, revalidated each time, sent only if changed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fastapi import Request, Response

# The system's own table differs on Windows and slim images, and browsers run no module of the wrong type.
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
FOLDERS = ("js", "css", "img")
ROOT_FILES = ("favicon.svg", "favicon.ico", "manifest.webmanifest", "robots.txt")
PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:\.[a-z0-9]+)+")  # dots only before suffixes


class Page:
    """Reads the file on each request: it is in the system's cache, and an edited file is served at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def respond(self, path: str, request: Request) -> Response | None:
        """The file at `path` within the folder, or 304 if the browser has it; None if there is none."""
        content_type = CONTENT_TYPES.get(Path(path).suffix)
        if content_type is None or not PLAIN_PATH.fullmatch(path):
            return None
        try:
            body = (self._folder / path).read_bytes()
        except OSError:
            return None
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=content_type)
