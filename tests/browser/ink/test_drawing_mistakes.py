"""Mistakes while drawing: keys outside the canvas view, double clicks, a window that rotates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import SHEET_INK, bars, draw_stroke, keep_label, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

DOWN = Stroke(tuple(Point(250, y) for y in range(100, 400, 15)))
ACROSS = Stroke(tuple(Point(x, 250) for x in range(150, 350, 15)))
INKED = "() => document.body.hasAttribute('data-inked')"


@pytest.mark.parametrize("key", ["Escape", "Backspace", "Control+z"])
def test_keys_leave_a_drawing_alone_that_is_not_seen(page: Page, service: RunningService, key: str) -> None:
    open_page(page, service.url)
    draw_stroke(page, DOWN)
    wait_for_guess(page)
    page.locator("#mode-models").click()
    expect(page.locator("#models")).to_be_visible()

    page.keyboard.press(key)
    page.go_back()

    expect(page.locator("#sheet")).to_be_visible()
    assert page.evaluate(INKED)


def test_backspace_takes_back_one_stroke_and_escape_all(page: Page, service: RunningService) -> None:
    open_page(page, service.url)
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS)
    draw_stroke(page, DOWN)

    page.keyboard.press("Backspace")
    assert page.evaluate(INKED)
    page.keyboard.press("Escape")

    assert not page.evaluate(INKED)


@pytest.mark.parametrize("control", ["#undo", "#clear"])
def test_a_stroke_undone_under_the_pen_does_not_come_back(page: Page, service: RunningService, control: str) -> None:
    open_page(page, service.url)
    draw_stroke(page, DOWN, release=False)
    wait_for_guess(page)

    page.evaluate("(control) => document.querySelector(control).click()", control)
    page.mouse.move(300, 300, steps=5)
    page.mouse.up()

    assert not page.evaluate(INKED)
    expect(page.locator("#guess")).to_have_attribute("data-digit", "")
    assert all(p != p for p in bars(page))  # noqa: PLR0124 - rows without a probability read as NaN


def test_done_on_an_empty_sheet_says_what_to_do_until_one_draws(page: Page, service: RunningService) -> None:
    open_page(page, service.url)
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()
    asked = page.locator("#asked-digit").inner_text()

    page.locator("#done").dblclick()
    expect(page.locator("#objection")).to_have_text(f"draw {'an' if asked == '8' else 'a'} {asked} first")
    assert page.locator("#asked-digit").inner_text() == asked
    draw_stroke(page, DOWN)

    expect(page.locator("#objection")).to_be_empty()


def test_a_double_click_on_done_gives_one_drawing_and_complains_of_none(page: Page, service: RunningService) -> None:
    open_page(page, service.url)
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()
    draw_stroke(page, DOWN)

    page.locator("#done").dblclick()
    keep_label(page)

    expect(page.locator("#recent li:is([data-status=training], [data-status=validation])")).to_have_count(1)
    expect(page.locator("#objection")).to_be_empty()


def test_the_window_may_turn_while_a_stroke_is_under_way(page: Page, service: RunningService) -> None:
    open_page(page, service.url)
    draw_stroke(page, DOWN, release=False)

    page.set_viewport_size({"width": 700, "height": 1000})
    expect(page.locator("#sheet")).to_be_in_viewport()
    page.wait_for_timeout(100)  # the sheet is fitted with the next frame
    page.mouse.up()

    left, right, top, bottom = page.evaluate(SHEET_INK)
    assert top == pytest.approx(92, abs=4)
    assert left <= 242 + 4
    assert right >= 258 - 4
    assert bottom >= 393 - 4


@pytest.fixture
def finger(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def test_two_fingers_draw_one_stroke_and_scroll_nothing(finger: Page, service: RunningService) -> None:
    open_page(finger, service.url)
    box = finger.locator("#sheet").bounding_box()
    assert box is not None
    hand = finger.context.new_cdp_session(finger)
    place = {"x": box["x"] + 100, "y": box["y"] + 100}
    palm = {"x": box["x"] + 250, "y": box["y"] + 250, "id": 1}

    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{**place, "id": 0}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{**place, "id": 0}, palm]})
    for step in range(1, 20):
        moved = {"x": place["x"], "y": place["y"] + 5 * step, "id": 0}
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved, palm]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_guess(finger)

    left, right, _, bottom = finger.evaluate(SHEET_INK)
    assert right - left < 40  # the palm, which was 150 px to the right, left nothing
    assert bottom > 200
    assert finger.evaluate("() => scrollY") == 0


def test_the_keyboard_reaches_all_in_the_order_in_which_it_is_seen(page: Page, service: RunningService) -> None:
    open_page(page, service.url)
    seen = []

    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.id"))

    tabs = ["mode-watch", "mode-contribute", "mode-models"]
    wanted = [*tabs, "undo", "redo", "clear", "guess-timeline", "family", "compare"]
    assert [name for name in seen if name in wanted][: len(wanted)] == wanted, seen
    page.locator("#undo").focus()
    assert page.locator("#undo").evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
