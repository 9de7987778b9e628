"""Serves the page's files from `frontend/`: from known folders only, revalidated each time, sent only if changed.

`index.html` and `messages/*.json` are made of `messages.json`, for the language that is wanted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from fastapi import Request, Response

from service.http.pages.lean_code import lean_page, lean_script, lean_style
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
INDEX = "index.html"
LEAN_FROM = 256  # bytes: in a smaller file there is nothing to leave out
LEAN = {".js": lean_script, ".css": lean_style}
RELEASE = "page.json"  # the files of the page and a hash of them all
# What the page needs without a connection: nothing for operators or for pages of other origins.
KEPT = re.compile(r"index\.html|favicon\.(?:svg|ico)|manifest\.webmanifest|(?:css|img|js(?!/operator/|/embed/))/.+")
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

    def respond(self, path: str, request: Request) -> Response | None:
        """The file at `path` within the folder, or 304 if the browser has it; None if there is none."""
        content_type = CONTENT_TYPES.get(Path(path).suffix)
        if content_type is None or not PLAIN_PATH.fullmatch(path):
            return None
        body = self._release() if path == RELEASE else self._read(path, request.headers.get("accept-language", ""))
        if body is None:
            return None
        if path == INDEX:
            address = public_address(request.headers, request.scope.get("scheme", "http"), self._root_path)
            body = with_public_address(body.decode(), address).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if path == INDEX:
            headers["Vary"] = "Accept-Language"
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=content_type)

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

    def _release(self) -> bytes:
        """The page's files, each at its address, and a hash of what they are; a service worker keeps them by it."""
        files = sorted(self._files())
        whole = hashlib.sha256()
        for path in files:
            whole.update(path.encode() + b"\0" + hashlib.sha256(self._read(path, "") or b"").digest())
        listed = ["" if path == INDEX else path for path in files]
        return json.dumps({"version": whole.hexdigest()[:20], "files": listed}).encode()

    def _files(self) -> Iterator[str]:
        for path in self._folder.rglob("*.*"):
            name = path.relative_to(self._folder).as_posix()
            if KEPT.fullmatch(name) and path.suffix in CONTENT_TYPES and PLAIN_PATH.fullmatch(name):
                yield name
        yield from self._messages.current().paths()

    def _lean(self, path: str, body: bytes, lean: Callable[[str], str]) -> bytes:
        read, made = self._lean_code.get(path, (b"", b""))
        if read != body:
            made = lean(body.decode()).encode()
            self._lean_code[path] = (body, made)
        return made
