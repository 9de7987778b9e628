"""Draws on the page's sheet by mouse, as a visitor would. What the page makes of it is for others to look at."""

from __future__ import annotations

from playwright.sync_api import Page

from collector.ink.drawing import Stroke
from collector.ink.raster import CANVAS_SIDE

STEP_MS = 12  # between pointer events, about as fast as a mouse reports; the page sends what it can in between


class NoSheet(RuntimeError):
    """The page shows nothing to draw on."""


def draw_stroke(page: Page, stroke: Stroke, release: bool = True) -> None:
    """The stroke, given in canvas pixels.

    Raises:
        NoSheet: there is no sheet, or it isn't seen.
    """
    start, *rest = [_on_page(page, point.x, point.y) for point in stroke.points]
    page.mouse.move(*start)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y)
        page.wait_for_timeout(STEP_MS)
    if release:
        page.mouse.up()


def _on_page(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("#sheet").bounding_box()
    if box is None:
        raise NoSheet(f"{page.url} shows no sheet")
    return box["x"] + x * box["width"] / CANVAS_SIDE, box["y"] + y * box["height"] / CANVAS_SIDE
