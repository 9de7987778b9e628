"""Draws on a page in a real Chromium as mouse, pen or finger at 60 points/s, and records traces and frames."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playwright.async_api import Browser, CDPSession, Page, async_playwright, expect

from collector.ink.drawing import Drawing, Point
from collector.ink.raster import CANVAS_SIDE
from infra.bench.page.trace import CATEGORIES, TraceEvent
from infra.harness.clients.chromium import ARGUMENTS, required_chromium

Pointer = Literal["mouse", "pen", "touch"]
Moment = Literal["down", "move", "up"]
POINTERS: tuple[Pointer, ...] = ("mouse", "pen", "touch")
POINTS_PER_SECOND = 60
BETWEEN_STROKES = 0.1  # s
OPEN_SECONDS = 30.0  # a bound for a busy machine
SETTLE_SECONDS = 1.0  # for a page's own set-up

COUNT_FRAMES = """
() => {
  const stamps = (window.stamps = []);
  const count = (now) => { stamps.push(now); window.counting = requestAnimationFrame(count); };
  window.counting = requestAnimationFrame(count);
}
"""
STOP_COUNTING = "() => { cancelAnimationFrame(window.counting); return window.stamps; }"

# A page that does nothing with a stroke: frames dropped here are the machine's.
BLANK = """<!doctype html><body style="margin:0"><div id="sheet" style="width:500px;height:500px;touch-action:none">
</div><script>sheet.addEventListener('pointermove', () => {})</script></body>"""


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page with a sheet to draw on."""

    page: Page
    session: CDPSession
    browser_session: CDPSession
    left: float  # px of the window, of the sheet's corner
    top: float
    scale: float  # px of the window by px of the canvas

    def place(self, point: Point) -> dict[str, float]:
        return {"x": self.left + point.x * self.scale, "y": self.top + point.y * self.scale}


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = required_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@contextlib.asynccontextmanager
async def opened(browser: Browser, url: str | None, wish: str = "") -> AsyncIterator[OpenPage]:
    """The page at the URL, or a blank one; `wish` holds the families to show, as the page stores them."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    await context.add_init_script(f"try {{ localStorage.setItem('midstroke.wish', '{wish}') }} catch {{}}")
    page = await context.new_page()
    if url is None:
        await page.set_content(BLANK)
    else:
        await page.goto(url)
        await expect(page.locator("#state")).to_have_text(re.compile("^live"), timeout=OPEN_SECONDS * 1000)
    await asyncio.sleep(SETTLE_SECONDS)
    box = await page.locator("#sheet").bounding_box()
    if box is None:
        raise RuntimeError("the page shows no sheet")
    sessions = await context.new_cdp_session(page), await browser.new_browser_cdp_session()
    yield OpenPage(page, *sessions, box["x"], box["y"], box["width"] / CANVAS_SIDE)
    await context.close()


async def draw(on: OpenPage, drawings: Sequence[Drawing], pointer: Pointer) -> None:
    """Draws each on an empty canvas, a point every 60th of a second however slowly the page handles them."""
    acknowledged: list[Awaitable[Any]] = []
    for drawing in drawings:
        for stroke in drawing.strokes:
            due = time.perf_counter()
            for number, point in enumerate(stroke.points):
                acknowledged.append(_send(on, pointer, "move" if number else "down", point))
                due += 1 / POINTS_PER_SECOND
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            acknowledged.append(_send(on, pointer, "up", stroke.points[-1]))
            await asyncio.sleep(BETWEEN_STROKES)
        await asyncio.gather(*acknowledged)
        acknowledged.clear()
        if drawing is not drawings[-1]:
            await on.page.keyboard.press("Escape")


def _send(on: OpenPage, pointer: Pointer, what: Moment, point: Point) -> Awaitable[Any]:
    """Does not wait: Chromium acknowledges a move when the page has handled it, at the next frame."""
    return asyncio.ensure_future(on.session.send(*_message(pointer, what, on.place(point))))


def _message(pointer: Pointer, what: Moment, place: dict[str, float]) -> tuple[str, dict[str, Any]]:
    if pointer == "touch":
        kind = {"down": "touchStart", "move": "touchMove", "up": "touchEnd"}[what]
        return "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if what == "up" else [place]}
    kind = {"down": "mousePressed", "move": "mouseMoved", "up": "mouseReleased"}[what]
    pressed = {"button": "left", "buttons": 0 if what == "up" else 1, "clickCount": 0 if what == "move" else 1}
    return "Input.dispatchMouseEvent", {"type": kind, "pointerType": pointer, **pressed, **place}


async def traced(on: OpenPage, drawings: Sequence[Drawing], pointer: Pointer) -> list[TraceEvent]:
    """Chromium's trace of all its threads while the drawings are drawn."""
    events: list[TraceEvent] = []
    complete = asyncio.Event()
    on.browser_session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    on.browser_session.on("Tracing.tracingComplete", lambda _: complete.set())
    config = {"includedCategories": list(CATEGORIES)}
    await on.browser_session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    await draw(on, drawings, pointer)
    await on.browser_session.send("Tracing.end")
    await complete.wait()
    return events


async def frame_times(on: OpenPage, drawings: Sequence[Drawing], pointer: Pointer) -> list[float]:
    """The start of each animation frame, ms, while it draws; without tracing, which costs time itself."""
    await on.page.evaluate(COUNT_FRAMES)
    await draw(on, drawings, pointer)
    stamps: list[float] = await on.page.evaluate(STOP_COUNTING)
    return stamps
