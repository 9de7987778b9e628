"""A visitor with a real page: draws on the sheet by mouse and hands in what is asked for."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import Browser, Page, WebSocket, expect

from collector.ink.drawing import Drawing
from collector.ink.raster import CANVAS_SIDE

STEP_MS = 10.0  # between pointer events, about as fast as a mouse reports
WAIT_MS = 40_000.0  # a bound for a busy machine, not a promise


class Visitor:
    """For one visit. `given` and `accepted` are ids in the order in which they were first seen on the wire."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.given: dict[str, None] = {}
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

    def asked(self) -> int:
        return int(self._page.locator("#asked-digit").inner_text())

    def wait_until_live(self) -> None:
        expect(self._page.locator("#state")).to_have_text(re.compile("^live"), timeout=WAIT_MS)

    def draw(self, drawing: Drawing, begin: int, end: int) -> None:
        """The drawing's points from `begin` to `end`, counted over all its strokes; a stroke may be under way."""
        box = self._page.locator("#sheet").bounding_box()
        if box is None:
            raise RuntimeError("the page shows no sheet to draw on")
        number, scale = 0, box["width"] / CANVAS_SIDE
        for stroke in drawing.strokes:
            for place, point in enumerate(stroke.points):
                if begin <= number < end:
                    self._page.mouse.move(box["x"] + point.x * scale, box["y"] + point.y * scale)
                    self._press(place == 0, place == len(stroke.points) - 1)
                number += 1

    def hand_in(self) -> None:
        self._page.locator("#done").click()
        # Until its pictures are made and it is kept in the browser; before that it is in the page's memory alone.
        expect(self._page.locator("#objection")).to_have_text("")
        self._page.wait_for_timeout(150)

    def wait_until_answered(self, count: int) -> None:
        """Returns when so many are, or after a while when they are not."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while len(self.accepted) < count and time.monotonic() < deadline:
            self._page.wait_for_timeout(50)

    def leave(self) -> None:
        self._context.close()

    def _press(self, first: bool, last: bool) -> None:
        if first:
            self._page.mouse.down()
        if last:
            self._page.mouse.up()
        self._page.wait_for_timeout(STEP_MS)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._note(frame, "contribution", self.given))
        socket.on("framereceived", lambda frame: self._note(frame, "accepted", self.accepted))

    def _note(self, frame: str | bytes, kind: str, ids: dict[str, None]) -> None:
        if isinstance(frame, str) and (message := json.loads(frame)).get("type") == kind:
            ids.setdefault(message["id"])
