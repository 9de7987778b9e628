"""Draws on the page's canvas like a visitor, and reads the page's predictions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from collector.ink.drawing import Drawing
from infra.harness.clients.mouse import draw_stroke

__all__ = [
    "SHEET_INK",
    "answered",
    "bars",
    "begin",
    "draw",
    "draw_asked",
    "draw_stroke",
    "hand_in",
    "handed_in",
    "keep_label",
    "open_page",
    "wait_for_guess",
]

# Left, right, top and bottom of the visible ink, in px of the 500 px canvas; 500, 0, 500, 0 without any.
SHEET_INK = """
() => {
  const sheet = document.querySelector('#sheet');
  const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);
  let [left, right, top, bottom] = [1, 0, 1, 0];
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] < 128) continue;
    const [x, y] = [(((i - 3) / 4) % sheet.width) / sheet.width, Math.floor((i - 3) / 4 / sheet.width) / sheet.height];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  return [left, right, top, bottom].map((share) => Math.round(share * 500));
}
"""


def draw(page: Page, drawing: Drawing) -> None:
    """The whole drawing, given in canvas pixels, by mouse."""
    for stroke in drawing.strokes:
        draw_stroke(page, stroke)


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


def begin(page: Page, url: str) -> None:
    """The page asking for a digit, with the visitor's consent."""
    open_page(page, f"{url}/#contribute")
    page.locator("#agree").click()


def draw_asked(page: Page, by_label: Mapping[int | None, Drawing]) -> int:
    """The digit that is asked for, drawn; returns it."""
    asked = int(page.locator("#asked-digit").inner_text())
    draw(page, by_label[asked])
    return asked


def answered(page: Page) -> Locator:
    """The drawings in the recent strip that the service has accepted."""
    return page.locator("#recent li:is([data-status=training], [data-status=validation])")


def handed_in(page: Page) -> Locator:
    """The drawings that were handed in: those in the recent strip, and one whose label is asked for once more."""
    return page.locator("#recent li, #label-question .confirmation")


def hand_in(page: Page) -> None:
    """Sends the drawing, whatever the model reads."""
    page.locator("#done").click()
    keep_label(page)


def keep_label(page: Page) -> None:
    """Keeps the label where the page asks about it, once Done was pressed."""
    page.wait_for_function("() => !document.body.hasAttribute('data-inked') || document.querySelector('.confirmation')")
    if (keep := page.locator("#label-question button.main")).count():
        keep.click()
