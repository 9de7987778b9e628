"""The ink that the visitor sees: curves, painted within a frame; undo and redo by key and button."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import SHEET_INK, draw_stroke, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

ACROSS = Stroke(tuple(Point(x, 250) for x in range(150, 350, 15)))
DOWN = Stroke(tuple(Point(250, y) for y in range(100, 400, 15)))
NO_INK = [500, 0, 500, 0]

# One pointer event, and whether ink is at the place when the next frame was painted.
PAINTED_BY_NEXT_FRAME = """
(places) => new Promise((resolve) => {
  const sheet = document.querySelector('#sheet');
  const { left, top, width } = sheet.getBoundingClientRect();
  const pen = { bubbles: true, cancelable: true, pointerType: 'pen', pointerId: 7, button: 0, buttons: 1 };
  const event = (type, [x, y], more = {}) =>
    new PointerEvent(type, { ...pen, clientX: left + (x * width) / 500, clientY: top + (y * width) / 500, ...more });
  const [first, ...rest] = places;
  sheet.dispatchEvent(event('pointerdown', first));
  const coalesced = rest.map((place) => event('pointermove', place));
  const predicted = [event('pointermove', [places.at(-1)[0] + 12, places.at(-1)[1]])];
  sheet.dispatchEvent(event('pointermove', places.at(-1), { coalescedEvents: coalesced, predictedEvents: predicted }));
  const inkAt = ([x, y]) => {
    const scale = sheet.width / 500;
    return sheet.getContext('2d').getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data[3];
  };
  requestAnimationFrame(() => {
    const drawn = places.map(inkAt);
    const ahead = inkAt([places.at(-1)[0] + 12, places.at(-1)[1]]);
    sheet.dispatchEvent(event('pointerup', places.at(-1), { buttons: 0 }));
    requestAnimationFrame(() => resolve({ drawn, ahead, after: inkAt([places.at(-1)[0] + 12, places.at(-1)[1]]) }));
  });
})
"""

# What a contribution would have: the points, and the canvas that the model is shown.
MODEL_CANVAS_OF = """
async (strokes) => {
  const { ModelCanvas } = await import('/js/ink/canvas.js');
  const { contextOf, drawStrokes } = await import('/js/ink/visible_canvas.js');
  const model = new ModelCanvas();
  model.draw(strokes);
  const { patch } = model.read(strokes);
  const plain = document.createElement('canvas');
  plain.width = plain.height = 500;
  const context = contextOf(plain);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 500, 500);
  drawStrokes(context, strokes);
  const { data } = context.getImageData(patch.left, patch.top, patch.width, patch.height);
  return patch.gray.every((level, i) => level === data[4 * i]);
}
"""


ALPHA_AT = """
(places) => places.map(([x, y]) => {
  const sheet = document.querySelector('#sheet');
  const scale = sheet.width / 500;
  return sheet.getContext('2d').getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data[3];
})
"""


@pytest.fixture
def desk(page: Page, shared_service: RunningService) -> Page:
    open_page(page, shared_service.url)
    return page


def ink(page: Page) -> list[int]:
    page.wait_for_timeout(60)  # painted with the next frame
    box: list[int] = page.evaluate(SHEET_INK)
    return box


def test_all_coalesced_points_are_painted_within_a_frame_and_predicted_ones_do_not_stay(desk: Page) -> None:
    painted: dict[str, Any] = desk.evaluate(PAINTED_BY_NEXT_FRAME, [[100, 250], [200, 100], [300, 250]])

    assert painted["drawn"] == [255, 255, 255]
    assert painted["ahead"] == 255
    assert painted["after"] == 0


def test_the_visible_line_is_a_curve_where_the_models_line_is_straight(desk: Page) -> None:
    octagon = [(250 + 120 * math.cos(i * math.pi / 4), 250 + 120 * math.sin(i * math.pi / 4)) for i in range(8)]
    draw_stroke(desk, Stroke(tuple(Point(x, y) for x, y in octagon)))
    desk.wait_for_timeout(60)

    # Halfway between two points, where the ink of a straight line ends 119 px from the middle.
    beyond = [
        (250 + 124 * math.cos((i + 0.5) * math.pi / 4), 250 + 124 * math.sin((i + 0.5) * math.pi / 4))
        for i in (2, 3, 4)
    ]
    assert desk.evaluate(ALPHA_AT, beyond) == [255, 255, 255]
    assert desk.evaluate(MODEL_CANVAS_OF, [[[x, y, 0] for x, y in octagon]])


def test_undo_and_redo_by_button_and_by_key(desk: Page) -> None:
    draw_stroke(desk, ACROSS)
    one = ink(desk)
    draw_stroke(desk, DOWN)
    both = ink(desk)
    undo, redo = desk.get_by_role("button", name="Undo"), desk.get_by_role("button", name="Redo")
    expect(redo).to_have_attribute("aria-disabled", "true")

    undo.click()
    assert ink(desk) == one
    redo.click()
    assert ink(desk) == both
    desk.keyboard.press("Control+z")
    desk.keyboard.press("Control+z")
    assert ink(desk) == NO_INK
    expect(undo).to_have_attribute("aria-disabled", "true")
    desk.keyboard.press("Control+Shift+z")
    assert ink(desk) == one
    desk.keyboard.press("Control+y")
    assert ink(desk) == both
    expect(desk.locator("#guess")).to_have_attribute("data-digit", re.compile(r"\d"))

    desk.keyboard.press("Escape")
    assert ink(desk) == NO_INK
    desk.keyboard.press("Control+z")  # Clear is a step too
    assert ink(desk) == both
    undo.click()
    draw_stroke(desk, Stroke((Point(50, 50), Point(60, 60))))
    expect(redo).to_have_attribute("aria-disabled", "true")


def test_a_contributed_drawing_is_not_undone_into_the_next(page: Page, shared_service: RunningService) -> None:
    open_page(page, f"{shared_service.url}/#contribute")
    page.locator("#agree").click()
    draw_stroke(page, DOWN)
    page.locator("#skip").click()

    page.keyboard.press("Control+z")

    assert ink(page) == NO_INK
