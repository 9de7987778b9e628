"""A visitor in a real browser who draws by mouse and contributes what the page asks for."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import Browser, Page, WebSocket, expect

from collector.ink.drawing import Drawing, Stroke
from infra.harness.clients.mouse import draw_stroke

WAIT_MS = 40_000.0  # a limit for a busy machine, not a promise
# The page asks about a drawing that the model reads as another digit.
ANSWERED_OR_ASKED = """
() => !document.body.hasAttribute('data-inked') || document.querySelector('#label-question button')
"""


class PageVisitor:
    """One visit. `sent` and `accepted` are ids in the order in which they were first seen on the wire."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.sent: dict[str, None] = {}
        self.accepted: dict[str, None] = {}
        self.errors: list[str] = []
        self._context = browser.new_context(viewport={"width": 1280, "height": 800})
        self._page: Page = self._context.new_page()
        self._page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._page.on("websocket", self._listen)
        self._page.goto(url)
        self.wait_until_live()
        self._page.locator("#mode-contribute").click()
        self._page.locator("#agree").click()

    def asked_digit(self) -> int:
        return int(self._page.locator("#asked-digit").inner_text())

    def wait_until_live(self) -> None:
        expect(self._page.locator("#state")).to_have_text(re.compile("^live"), timeout=WAIT_MS)

    def draw(self, drawing: Drawing, begin: int, end: int) -> None:
        """Draws the points from `begin` to `end`, counted over all strokes; may begin or end within a stroke."""
        first = 0
        for stroke in drawing.strokes:
            count = len(stroke.points)
            start, stop = max(begin - first, 0), min(end - first, count)
            if start < stop:
                part = Stroke(stroke.points[start:stop])
                draw_stroke(self._page, part, release=stop == count, press=start == 0)
            first += count

    def contribute(self) -> None:
        self._page.locator("#done").click()
        self._page.wait_for_function(ANSWERED_OR_ASKED)
        keep = self._page.locator("#label-question button.main")
        if keep.count():
            keep.click()
        # Until the page has made its pictures and stored it in the browser; before, it is in the page's memory alone.
        expect(self._page.locator("#objection")).to_have_text("")
        self._page.wait_for_timeout(150)

    def wait_until_answered(self, count: int) -> None:
        """Returns when so many contributions are answered, or after WAIT_MS."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while len(self.accepted) < count and time.monotonic() < deadline:
            self._page.wait_for_timeout(50)

    def leave(self) -> None:
        self._context.close()

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._note(frame, "contribution", self.sent))
        socket.on("framereceived", lambda frame: self._note(frame, "accepted", self.accepted))

    def _note(self, frame: str | bytes, kind: str, ids: dict[str, None]) -> None:
        if isinstance(frame, str) and (message := json.loads(frame)).get("type") == kind:
            ids.setdefault(message["id"])
