"""Serves a copy of the page that tests may edit, publish anew and take away; no websocket, no models."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fastapi import Request

from service.http.pages.pages import Page

FRONTEND = Path(__file__).parents[2] / "frontend"


class PageServer:
    """The page below a path prefix; `is_down` closes every connection, `broken` answers 503 for some files."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix
        self.is_down = False
        self.broken: frozenset[str] = frozenset()
        self.asked: list[str] = []
        self.port = 0
        self._page = Page(folder, prefix)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}/"

    def publish(self, name: str) -> None:
        """Another release: each of its scripts and styles says its name."""
        shutil.copytree(FRONTEND, self.folder, dirs_exist_ok=True)
        main = self.folder / "js" / "main.js"
        main.write_text(f"{main.read_text()}\ndocument.body.dataset.main = '{name}';\n")
        about = self.folder / "js" / "about" / "about_view.js"
        about.write_text(f"{about.read_text()}\ndocument.body.dataset.about = '{name}';\n")
        style = self.folder / "css" / "frame" / "base.css"
        style.write_text(f"{style.read_text()}\nbody {{\n  --release: {name};\n}}\n")
        self._page = Page(self.folder, self.prefix)

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        self.asked.append(path)
        if path in self.broken:
            return 503, "text/plain", b"broken"
        headers = [(b"host", f"127.0.0.1:{self.port}".encode())]
        response = self._page.respond(path or "index.html", Request({"type": "http", "headers": headers}))
        if response is None:
            return 404, "text/plain", b"there is nothing here"
        return response.status_code, response.headers["content-type"], bytes(response.body)


@contextmanager
def page_server(folder: Path, prefix: str = "") -> Iterator[PageServer]:
    """One on a free port, with a first release."""
    served = PageServer(folder, prefix)
    served.publish("first")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if served.is_down or not path.startswith(f"{prefix}/"):
                self.close_connection = True
                return
            status, content_type, body = served.answer(path.removeprefix(f"{prefix}/"))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def log_message(self, *_: object) -> None:
            """Tests read `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()
