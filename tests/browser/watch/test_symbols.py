"""Own symbols on the page: recognised while they are drawn, from the third example of each on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Stroke
from tests.browser.drawing import answered, draw_stroke, keep_label, open_page
from tests.browser.symbol_shapes import NAMES, SHAPES, create_set, wait_for_set
from tests.running import RunningService

pytestmark = pytest.mark.browser


def begun(stroke: Stroke, share: float) -> Stroke:
    return Stroke(stroke.points[: max(2, round(share * len(stroke.points)))])


def test_three_shapes_are_recognised_live_after_three_examples_of_each(page: Page, service: RunningService) -> None:
    create_set(service.var)
    wait_for_set(service.url)
    open_page(page, f"{service.url}/s/shapes/#contribute")
    expect(page).to_have_title(re.compile("^Shapes"))
    expect(page.locator("#bars li")).to_have_count(3)
    expect(page.locator("#bars .learning")).to_have_count(3)
    page.locator("#agree").click()
    places = list(NAMES)

    for number in range(9):
        asked = places[int(page.locator("#asked").get_attribute("data-digit") or "")]
        expect(page.locator("#asked-digit")).to_have_text(NAMES[asked])
        draw_stroke(page, SHAPES[asked](0.9 + 0.03 * number))
        page.locator("#done").click()
        keep_label(page)
        expect(answered(page)).to_have_count(number + 1)

    expect(page.locator("#bars .learning")).to_have_count(0)
    page.locator("#mode-watch").click()
    for place, (name, shape) in enumerate(SHAPES.items()):
        for share in (0.6, 1.0):
            page.locator("#clear").click()
            draw_stroke(page, begun(shape(1.1), share))
            expect(page.locator("#guess")).to_have_attribute("data-digit", str(place))
        expect(page.locator("#guess-digit")).to_have_text(NAMES[name])
    assert page.locator("#bars b, #guess b").count() == 0  # names are text


def test_the_game_of_digits_is_not_on_a_sets_page(page: Page, service: RunningService) -> None:
    create_set(service.var)
    wait_for_set(service.url)
    open_page(page, f"{service.url}/s/shapes/#game")
    expect(page.locator("body")).to_have_attribute("data-mode", "watch")
    expect(page).to_have_url(f"{service.url}/s/shapes/#watch")
    page.locator("#mode-models").click()

    page.evaluate("() => { location.hash = 'game'; }")

    expect(page.locator("#sheet")).to_be_visible()
    expect(page.locator("#game")).to_be_hidden()
    expect(page.locator("#mode-watch")).to_have_attribute("aria-current", "page")
    expect(page.locator("#to-game")).to_be_hidden()
