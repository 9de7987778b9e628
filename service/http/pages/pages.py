"""Serves the page's files from `frontend/`: from known folders only, revalidated each time, sent only if changed.

`index.html` and `messages/*.json` are made of `messages.json`, for the language that is wanted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from fastapi import Request, Response

from service.http.pages.lean_code import lean_page, lean_script, lean_style
from service.http.pages.page_release import INDEX, RELEASE, PageRelease
from service.http.pages.page_texts import MessageFile
from service.http.pages.public_address import public_address, with_public_address

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
LEAN_FROM = 256  # bytes: in a smaller file there is nothing to leave out
LEAN = {".js": lean_script, ".css": lean_style}
FOLDERS = ("js", "css", "img", "messages", "embed")
ROOT_FILES = ("favicon.svg", "favicon.ico", "manifest.webmanifest", "robots.txt", "sw.js")
CATALOGUE = re.compile(r"messages/([a-z]{2,3})(?:/([a-z-]+))?\.json")  # one language of messages.json
PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:\.[a-z0-9]+)+")  # dots only before suffixes


class Page:
    """Reads the file on each request: it is in the system's cache, and an edited file is served at once."""

    def __init__(self, folder: Path, root_path: str = "") -> None:
        self._folder = folder
        self._root_path = root_path
        self._messages = MessageFile(folder)
        self._lean_code: dict[str, tuple[bytes, bytes]] = {}  # by path: a file as it was read, and made lean
        self._release = PageRelease(folder, lambda: self._messages.current().paths(), self._kept)

    def respond(self, path: str, request: Request) -> Response | None:
        """The file at `path` within the folder, or 304 if the browser has it; None if there is none."""
        content_type = CONTENT_TYPES.get(Path(path).suffix)
        if content_type is None or not PLAIN_PATH.fullmatch(path):
            return None
        wanted = request.headers.get("accept-language", "")
        body = self._release.encoded if path == RELEASE else self._read(path, wanted)
        if body is None:
            return None
        if path == INDEX:
            address = public_address(request.headers, request.scope.get("scheme", "http"), self._root_path)
            # By its release the page knows whether what it loads later belongs to it.
            named = body.decode().replace("<head>", f'<head data-release="{self._release.version}">', 1)
            body = with_public_address(named, address).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if path == INDEX:
            headers["Vary"] = "Accept-Language"
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=content_type)

    def _kept(self, path: str) -> bytes | None:
        return self._read(path, "") if Path(path).suffix in CONTENT_TYPES and PLAIN_PATH.fullmatch(path) else None

    def _read(self, path: str, accept_language: str) -> bytes | None:
        if catalogue := CATALOGUE.fullmatch(path):
            return self._messages.current().encode(catalogue[1], catalogue[2])
        try:
            body = (self._folder / path).read_bytes()
        except OSError:
            return None
        # What other sites embed stays as it is written: they may pin its hash.
        if (lean := LEAN.get(Path(path).suffix)) and len(body) >= LEAN_FROM and not path.startswith("embed/"):
            return self._lean(path, body, lean)
        if path != INDEX:
            return body
        texts = self._messages.current()
        return texts.fill(lean_page(body.decode()), texts.choose(accept_language)).encode()

    def _lean(self, path: str, body: bytes, lean: Callable[[str], str]) -> bytes:
        read, made = self._lean_code.get(path, (b"", b""))
        if read != body:
            made = lean(body.decode()).encode()
            self._lean_code[path] = (body, made)
        return made
