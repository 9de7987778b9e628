"""Layout on laptops and phones in landscape, and forced colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import draw_stroke, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

DOWN = Stroke(tuple(Point(250, y) for y in range(100, 400, 15)))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (1024, 600)])
def test_the_guess_stands_below_the_header(page: Page, service: RunningService, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, service.url)
    draw_stroke(page, DOWN)
    wait_for_guess(page)

    header, guess = page.locator("header").bounding_box(), page.locator("#guess-digit").bounding_box()

    assert header is not None
    assert guess is not None
    assert guess["y"] >= header["y"] + header["height"]


def test_an_objection_on_a_phone_on_its_side_is_one_line(page: Page, service: RunningService) -> None:
    page.set_viewport_size({"width": 844, "height": 390})
    open_page(page, service.url)
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()

    page.locator("#done").click()

    expect(page.locator("#objection")).to_contain_text("first")
    box = page.locator("#objection").bounding_box()
    assert box is not None
    assert box["height"] < 30


@pytest.mark.parametrize(
    ("width", "height", "compared"),
    [(390, 844, ""), (768, 1024, ""), (844, 390, ""), (390, 844, "softmax"), (844, 390, "softmax")],
)
def test_the_bars_of_contribute_take_the_width_of_a_phone_and_keep_their_place(
    page: Page, service: RunningService, width: int, height: int, compared: str
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, service.url)
    page.locator("#compare").select_option(compared)
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()
    page.evaluate("() => scrollTo(0, 0)")
    tools, empty = page.locator("#tools").bounding_box(), page.locator("#columns").bounding_box()
    draw_stroke(page, DOWN)
    wait_for_guess(page)
    expect(page.locator("#guess")).to_be_visible()

    assert tools is not None
    assert empty is not None
    assert empty["x"] == pytest.approx(tools["x"], abs=1)
    assert empty["width"] >= tools["width"] - 1
    assert page.locator("#columns").bounding_box() == empty


def test_the_bars_are_seen_in_forced_colours(browser: Browser, service: RunningService) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    open_page(page, service.url)
    draw_stroke(page, DOWN)
    wait_for_guess(page)

    colours = page.locator("#bars .bar").evaluate_all("bars => bars.map(bar => getComputedStyle(bar).backgroundColor)")
    paper = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    context.close()

    assert paper not in colours


def test_a_comparison_keeps_the_guess_timeline(page: Page, service: RunningService) -> None:
    open_page(page, service.url)
    draw_stroke(page, DOWN)
    wait_for_guess(page)
    before = moments(page)

    page.locator("#compare").select_option("softmax")
    expect(page.locator("#model-compared")).to_contain_text("Reads lines and bends")
    wait_for_guess(page)

    assert moments(page) >= before > 2


def moments(page: Page) -> int:
    return int(page.locator("#guess-timeline").get_attribute("data-moments") or "0")
