"""Draws on the page's canvas by mouse, as a visitor would."""

from __future__ import annotations

from playwright.sync_api import Page

from collector.ink.drawing import Point, Stroke
from collector.ink.raster import CANVAS_SIDE

STEP_MS = 12  # between pointer events, about a mouse's rate; the page sends what it can in between


class NoSheet(RuntimeError):
    """The page shows nothing to draw on."""


def draw_stroke(page: Page, stroke: Stroke, release: bool = True, press: bool = True, sheet: str = "#sheet") -> None:
    """Draws the stroke, given in canvas pixels, on the canvas `sheet`; without `press` it continues one.

    Raises:
        NoSheet: there is no visible canvas.
    """
    box = page.locator(sheet).bounding_box()
    if box is None:
        raise NoSheet(f"{page.url} shows no {sheet}")

    def move(point: Point) -> None:
        page.mouse.move(
            box["x"] + point.x * box["width"] / CANVAS_SIDE, box["y"] + point.y * box["height"] / CANVAS_SIDE
        )

    for number, point in enumerate(stroke.points):
        move(point)
        if number == 0 and press:
            page.mouse.down()
        else:
            page.wait_for_timeout(STEP_MS)
    if release:
        page.mouse.up()
