"""Draws on the page's sheet as a visitor would, and reads what the page says."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from collector.drawing import Drawing, Stroke
from collector.raster import CANVAS_SIDE

STEP_MS = 12  # between pointer events, about as fast as a mouse reports; the page sends what it can in between


def draw(page: Page, drawing: Drawing) -> None:
    """The whole drawing, given in canvas pixels, by mouse."""
    for stroke in drawing.strokes:
        draw_stroke(page, stroke)


def draw_stroke(page: Page, stroke: Stroke, release: bool = True) -> None:
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
    assert box is not None
    return box["x"] + x * box["width"] / CANVAS_SIDE, box["y"] + y * box["height"] / CANVAS_SIDE


def bars(page: Page) -> list[float]:
    """The ten probabilities that the page shows, class 0 first."""
    shown = page.locator("#bars li").evaluate_all("rows => rows.map(row => Number(row.dataset.probability || 'NaN'))")
    assert len(shown) == 10
    return [float(p) for p in shown]


def wait_for_guess(page: Page) -> None:
    expect(page.locator("#guess")).to_have_attribute("data-digit", re.compile(r"\d"))


def open_page(page: Page, url: str, token: str | None = None) -> None:
    """The page, connected; `token` is who the browser says it is."""
    if token is not None:
        page.add_init_script(f"localStorage.setItem('midstroke.contributor', '{token}')")
    page.goto(url)
    expect(page.locator("#state")).to_have_text(re.compile("^live"), timeout=20_000)
