"""Several tabs agree on consent, deliveries and drawings; a reload or the way back keeps the drawing in progress."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Drawing, Point, Stroke
from tests.browser.drawing import answered, begin, draw, draw_asked, draw_stroke, hand_in, open_page, wait_for_guess
from tests.running import RunningService, running_service, start_service, wait_until_ready

pytestmark = pytest.mark.browser

DOWN = Stroke(tuple(Point(250, y) for y in range(100, 400, 15)))
INKED = "() => document.body.hasAttribute('data-inked')"
WITHOUT_CHANNEL = "delete window.BroadcastChannel;"


@pytest.mark.parametrize("missing", ["", WITHOUT_CHANNEL])
def test_a_withdrawal_ends_the_asking_in_every_tab(page: Page, shared_service: RunningService, missing: str) -> None:
    page.context.add_init_script(missing)
    begin(page, shared_service.url)
    other = page.context.new_page()
    open_page(other, f"{shared_service.url}/#contribute")
    draw_stroke(other, DOWN)

    page.locator("#withdraw").click()

    expect(other.locator("body")).to_have_attribute("data-mode", "watch")
    assert other.evaluate(INKED)  # the drawing is kept
    draw_stroke(other, DOWN)
    wait_for_guess(other)
    other.locator("#mode-contribute").click()
    expect(other.locator("#agree")).to_be_visible()


def test_a_withdrawal_in_a_tab_of_an_earlier_release_counts_too(page: Page, shared_service: RunningService) -> None:
    begin(page, shared_service.url)
    other = page.context.new_page()
    other.goto(f"{shared_service.url}/favicon.svg")

    other.evaluate("() => localStorage.removeItem('midstroke.consent')")

    expect(page.locator("body")).to_have_attribute("data-mode", "watch")


def test_a_withdrawal_withdraws_a_question_about_the_label(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    begin(page, shared_service.url)
    asked = int(page.locator("#asked-digit").inner_text())
    draw(page, by_label[3 if asked == 0 else 0])
    page.wait_for_timeout(300)
    page.locator("#done").click()
    expect(page.locator("#label-question button")).to_have_count(2)

    page.locator("#withdraw").click()

    expect(page.locator("#label-question")).to_be_empty()
    expect(page.locator("#agree")).to_be_visible()
    expect(page.locator("#recent li")).to_have_count(0)


@pytest.mark.parametrize("missing", ["", WITHOUT_CHANNEL])
def test_a_drawing_appears_and_disappears_in_every_tab(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], missing: str
) -> None:
    page.context.add_init_script(missing)
    begin(page, shared_service.url)
    other = page.context.new_page()
    open_page(other, shared_service.url)

    draw_asked(page, by_label)
    hand_in(page)
    expect(answered(page)).to_have_count(1, timeout=20_000)

    expect(other.locator("#mode-my-drawings")).to_be_visible()
    other.locator("#mode-my-drawings").click()
    item = other.locator("#my-drawings-list > li")
    item.get_by_role("button", name="Delete").click()
    item.locator(".confirmation button.main").click()
    expect(item).to_have_attribute("data-status", "deleted", timeout=20_000)
    expect(page.locator("#recent li")).to_have_count(0)


def test_a_drawing_made_offline_waits_in_no_tab_once_it_is_delivered(
    page: Page, tmp_path: Path, by_label: dict[int | None, Drawing]
) -> None:
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    begin(page, first.url)
    others = [page.context.new_page() for _ in range(2)]
    for other in others:
        open_page(other, f"{first.url}/#contribute")
    first.kill()

    draw_asked(page, by_label)
    hand_in(page)
    expect(page.locator("#recent li[data-status=waiting]")).to_have_count(1)
    with running_service(tmp_path / "var", first.port):
        for tab in (page, *others):
            expect(tab.locator("#state")).to_contain_text("live", timeout=40_000)
        expect(answered(page)).to_have_count(1, timeout=20_000)

        for tab in (page, *others):
            expect(tab.locator("#recent li[data-status=waiting]")).to_have_count(0)
            expect(tab.locator("#counts")).to_have_text("1 of 1 stored drawing is yours.")


@pytest.mark.parametrize("storage", ["", "Storage.prototype.setItem = () => { throw new Error('no'); };"])
def test_a_reload_and_the_way_back_keep_the_drawing(page: Page, shared_service: RunningService, storage: str) -> None:
    page.add_init_script(storage)
    open_page(page, shared_service.url)
    draw_stroke(page, DOWN)
    wait_for_guess(page)

    page.reload()
    wait_for_guess(page)
    assert page.evaluate(INKED)
    page.goto("about:blank")
    page.go_back()

    wait_for_guess(page)
    assert page.evaluate(INKED)


def test_a_reload_keeps_the_asked_digit_with_its_drawing(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    begin(page, shared_service.url)
    asked = draw_asked(page, by_label)

    page.reload()
    expect(page.locator("#asked-digit")).to_have_text(str(asked))
    assert page.evaluate(INKED)
    draw_stroke(page, DOWN)  # points of two pages in one drawing
    page.keyboard.press("Backspace")
    wait_for_guess(page)
    hand_in(page)

    expect(answered(page)).to_have_count(1, timeout=20_000)
    page.reload()
    expect(page.locator("#state")).to_contain_text("live")
    assert not page.evaluate(INKED)


def test_watching_and_contributing_have_a_drawing_each(page: Page, shared_service: RunningService) -> None:
    begin(page, shared_service.url)
    page.locator("#mode-watch").click()
    draw_stroke(page, DOWN)

    page.locator("#mode-contribute").click()
    expect(page.locator("#asked-digit")).to_be_visible()
    assert not page.evaluate(INKED)
    page.go_back()

    expect(page.locator("body")).to_have_attribute("data-mode", "watch")
    assert page.evaluate(INKED)
