"""The life of a drawing: the chart below the canvas, looking back along it, and what was given in Contribute."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import (
    SHEET_INK,
    bars,
    begin,
    draw,
    draw_asked,
    hand_in,
    handed_in,
    open_page,
    wait_for_guess,
)
from tests.running import RunningService

pytestmark = pytest.mark.browser

STORY = re.compile(r"\d from \d+.% on, (sure at \d+.%|never sure)$")
SLIDER = "#guess-timeline"
CURVE_COLOURS = """
() => {
  const curves = document.querySelector('#curves');
  const { data } = curves.getContext('2d').getImageData(0, 0, curves.width, curves.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join(' '));
  return colours.size;
}
"""
NEXT_FRAME = "() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))"
# Each place of the timeline that is passed, %.
NOTE_PLACES = """
() => {
  const slider = document.querySelector('#guess-timeline');
  window.places = [];
  const note = () => window.places.push(Number(slider.getAttribute('aria-valuenow')));
  new MutationObserver(note).observe(slider, { attributeFilter: ['aria-valuenow'] });
}
"""


def drawn(page: Page, service: RunningService, drawing: Drawing) -> None:
    open_page(page, service.url)
    draw(page, drawing)
    wait_for_guess(page)
    expect(page.locator("#life-words")).to_have_text(STORY)
    page.evaluate(NEXT_FRAME)  # the end of the last stroke is painted in it


def ink(page: Page) -> list[int]:
    """The box of the visible ink; what is faint does not count."""
    box: list[int] = page.evaluate(SHEET_INK)
    return box


def at(page: Page) -> int:
    return int(page.locator(SLIDER).get_attribute("aria-valuenow") or "-1")


def test_dragging_along_the_timeline_takes_sheet_digit_and_bars_back(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    drawn(page, shared_service, by_label[3])
    whole, now = ink(page), bars(page)
    box = page.locator(SLIDER).bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] - 200)  # over the canvas: no stroke begins there
    page.mouse.up()

    assert 20 < at(page) < 35
    assert ink(page) != whole
    assert bars(page) != now
    expect(page.locator("#life-words")).to_contain_text(re.compile(r"^At \d+.% of the ink: "))
    page.locator("#now").click()
    assert (ink(page), bars(page), at(page)) == (whole, now, 100)


def test_arrow_keys_go_back_and_escape_returns_before_it_clears(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    drawn(page, shared_service, by_label[3])
    whole = ink(page)
    slider = page.get_by_role("slider", name="Guess timeline")

    slider.focus()
    for key in ("ArrowLeft", "ArrowLeft", "PageDown"):
        page.keyboard.press(key)
    assert at(page) == 86
    assert re.match(r"At 86.% of the ink: \d, \d+.% sure", slider.get_attribute("aria-valuetext") or "")
    page.keyboard.press("Home")
    assert at(page) == 0
    page.keyboard.press("Escape")

    assert at(page) == 100
    assert ink(page) == whole
    page.keyboard.press("Escape")
    expect(slider).to_have_attribute("aria-disabled", "true")


def test_play_draws_it_again_and_the_pen_ends_it(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    drawn(page, shared_service, by_label[3])
    whole = ink(page)

    page.evaluate(NOTE_PLACES)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.places.length > 1 && window.places.at(-1) === 100", timeout=30_000)
    places = page.evaluate("() => window.places")
    assert places == sorted(places)
    assert places[0] < 50
    # Drawn in other parts than under the pen: an edge may be a shade above or below what counts as ink.
    assert ink(page) == pytest.approx(whole, abs=1)

    page.get_by_role("button", name="Play").click()
    box = page.locator("#sheet").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 25, box["y"] + 5)
    page.mouse.up()
    expect(page.locator("body")).not_to_have_attribute("data-looks-back", "")
    assert ink(page)[1] == pytest.approx(whole[1], abs=1)  # all of the ink, and a stroke more


def test_contribute_shows_the_life_of_what_was_just_given(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    begin(page, shared_service.url)
    expect(page.locator(SLIDER)).to_be_hidden()
    draw_asked(page, by_label)
    wait_for_guess(page)

    hand_in(page)
    expect(handed_in(page)).to_have_count(1)

    expect(page.locator("#life-words")).to_have_text(STORY)
    assert ink(page) == [500, 0, 500, 0]
    page.locator(SLIDER).focus()
    page.keyboard.press("PageDown")
    expect(page.locator("#guess")).to_have_attribute("data-digit", re.compile(r"\d"))
    assert ink(page) != [500, 0, 500, 0]
    page.keyboard.press("End")
    expect(page.locator("#guess")).to_have_attribute("data-digit", "")


def test_a_drawing_that_comes_back_has_its_whole_life_again(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    early = re.compile(r"3 from [1-6]?\d.% on, ")

    def comes_back() -> None:
        expect(page.locator(SLIDER)).to_have_attribute("data-moments", "33")
        expect(page.locator("#life-words")).to_have_text(early)

    drawn(page, shared_service, by_label[3])

    page.locator("#mode-contribute").click()
    page.locator("#agree").click()
    draw_asked(page, by_label)
    wait_for_guess(page)
    hand_in(page)
    expect(handed_in(page)).to_have_count(1)
    page.locator("#mode-watch").click()
    comes_back()

    page.locator("#clear").click()
    expect(page.locator(SLIDER)).to_have_attribute("data-moments", "0")
    page.locator("#undo").click()
    comes_back()

    page.reload()
    comes_back()


def test_the_curves_are_seen_in_forced_colours(
    browser: Browser, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    drawn(page, shared_service, by_label[3])

    colours = page.evaluate(CURVE_COLOURS)
    context.close()

    assert colours >= 2
