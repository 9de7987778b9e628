"""A page of another origin with two embedded canvases, whose policy allows no inline script and no inline style."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Page

HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page of others</title>
<script type="module" src="{service}/embed/midstroke-canvas.js"></script></head><body>
<form id="form"><midstroke-canvas id="one" name="digit" src="ws://{address}/ws"></midstroke-canvas></form>
<midstroke-canvas id="two" contribute src="{service}"></midstroke-canvas>
<script src="/page.js"></script><link rel="stylesheet" href="/page.css"></body></html>"""
SCRIPT = """
window.heard = [];
for (const type of ['guess', 'settled', 'contributed', 'connection', 'refused']) {
  document.addEventListener(type, ({ target, detail }) => window.heard.push([type, target.id, detail]));
}
"""
STYLE = "midstroke-canvas { width: 300px } midstroke-canvas::part(guess) { color: rgb(1, 2, 3) }"

SEVEN = [[[150, 120, 0], [250, 118, 60], [350, 120, 120], [290, 260, 180], [220, 400, 240]]]


class Elsewhere:
    """A site of another origin."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, str]] = {}
        self.policy = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = site.files.get(self.path, ("text/plain", ""))
                self.send_response(200 if self.path in site.files else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def embed(self, service: str) -> None:
        address = service.removeprefix("http://")
        self.policy = (
            f"default-src 'none'; script-src 'self' {service}; style-src 'self'; connect-src {service} ws://{address}"
        )
        self.files = {
            "/": ("text/html", HTML.format(service=service, address=address)),
            "/page.js": ("text/javascript", SCRIPT),
            "/page.css": ("text/css", STYLE),
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def open_there(page: Page, elsewhere: Elsewhere) -> None:
    page.goto(elsewhere.url)
    wait_until(page, "customElements.get('midstroke-canvas') && window.heard.some(([type, , d]) => d.phase === 'open')")


def wait_until(page: Page, expression: str) -> None:
    """Playwright's own waiting evaluates text in the page, which its policy forbids."""
    deadline = time.monotonic() + 30
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)


def heard(page: Page, kind: str, target: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = page.evaluate(
        "([kind, target]) => window.heard.filter(([k, t]) => k === kind && t === target).map(([, , detail]) => detail)",
        [kind, target],
    )
    return found
