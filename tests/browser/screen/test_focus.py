"""Keyboard focus leaves what a pointer clicked, and moves to a near place when its element goes away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import draw_stroke, handed_in, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

STROKE = Stroke(tuple(Point(250, y) for y in range(100, 400, 15)))
FOCUSED = "() => document.activeElement.id || document.activeElement.tagName"


@pytest.fixture
def contributor(page: Page, shared_service: RunningService) -> Page:
    open_page(page, f"{shared_service.url}/#contribute")
    page.locator("#agree").click()
    return page


def focused(page: Page) -> str:
    return str(page.evaluate(FOCUSED))


@pytest.mark.parametrize("control", ["#skip", "#clear", "#undo"])
def test_enter_after_a_click_on_a_button_means_done(contributor: Page, control: str) -> None:
    draw_stroke(contributor, STROKE)
    contributor.locator(control).click()
    draw_stroke(contributor, STROKE)
    assert focused(contributor) == "main"

    contributor.keyboard.press("Enter")

    expect(handed_in(contributor)).to_have_count(1)


def test_a_button_that_was_reached_by_keyboard_keeps_enter_and_space(contributor: Page) -> None:
    for key in ("Enter", "Space"):
        draw_stroke(contributor, STROKE)
        contributor.locator("#clear").focus()

        contributor.keyboard.press(key)

        assert not contributor.evaluate("() => document.body.hasAttribute('data-inked')")
        assert focused(contributor) == "clear"
    expect(handed_in(contributor)).to_have_count(0)


def test_enter_after_drawing_means_done_though_a_button_had_the_focus(contributor: Page) -> None:
    contributor.locator("#skip").focus()

    draw_stroke(contributor, STROKE)
    contributor.keyboard.press("Enter")

    expect(handed_in(contributor)).to_have_count(1)


def test_the_focus_leaves_links_menus_and_disclosures_after_a_click(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)

    page.locator("#mode-models").click()
    assert focused(page) == "main"
    page.locator("#more-comparison > summary").click()
    assert focused(page) == "main"
    page.locator("#mode-watch").click()
    page.locator("#clear").click()
    page.locator("#compare").click()
    page.locator("#compare").select_option("softmax")

    assert focused(page) == "main"


def test_a_menu_that_was_changed_by_keyboard_keeps_the_focus(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    page.locator("#family").focus()

    page.keyboard.press("ArrowDown")

    assert focused(page) == "family"


def test_the_focus_is_not_lost_with_a_control_that_goes(page: Page, shared_service: RunningService) -> None:
    open_page(page, f"{shared_service.url}/#contribute")
    expect(page.locator("#agree")).to_be_enabled()
    page.locator("#agree").focus()

    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.locator("#withdraw").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.keyboard.press("Tab")
    assert focused(page) == "agree"

    for gone in ("agree.disabled = true", "agree.hidden = true", "agree.remove()"):
        page.evaluate("() => { agree.disabled = agree.hidden = false; agree.focus(); }")
        page.evaluate(f"() => {{ {gone}; }}")
        assert focused(page) == "main", gone


def test_the_focus_is_not_lost_with_a_view(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    page.locator("#mode-models").click()
    page.locator("#more-comparison > summary").focus()

    page.go_back()

    expect(page.locator("#sheet")).to_be_visible()
    assert focused(page) == "main"
