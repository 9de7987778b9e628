"""A drawing that the model reads as another digit than was asked for: the page asks once."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import answered, begin, draw, draw_asked, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser


@pytest.fixture
def sent(page: Page) -> list[dict[str, object]]:
    """The contributions that the page sends."""
    found: list[dict[str, object]] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str) and (message := json.loads(frame))["type"] == "contribution":
            found.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    return found


def draw_another(page: Page, by_label: dict[int | None, Drawing]) -> tuple[int, int]:
    """Draws a 1 where another digit is asked for, a 0 where a 1 is; the asked and the drawn digit."""
    asked = int(page.locator("#asked-digit").inner_text())
    drawn = 0 if asked != 0 else 3
    draw(page, by_label[drawn])
    expect(page.locator("#guess")).to_have_attribute("data-digit", str(drawn))
    page.wait_for_timeout(300)  # the guess of the finished drawing
    return asked, drawn


def test_a_yes_is_sent_as_confirmed(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], sent: list[dict[str, object]]
) -> None:
    begin(page, shared_service.url)
    asked, drawn = draw_another(page, by_label)

    page.locator("#done").click()
    question = page.locator("#label-question")
    expect(question).to_contain_text(f"This looks like a {drawn}. Keep it as a{'n' if asked == 8 else ''} {asked}?")
    question.get_by_role("button", name="Keep").click()

    expect(answered(page)).to_have_count(1, timeout=20_000)
    assert [(one["label"], one.get("confirmed")) for one in sent] == [(asked, True)]


def test_draw_again_clears_the_canvas_and_asks_for_the_same_digit(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], sent: list[dict[str, object]]
) -> None:
    begin(page, shared_service.url)
    asked, _ = draw_another(page, by_label)

    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Draw again")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#label-question")).to_be_empty()
    assert not page.evaluate("() => document.body.hasAttribute('data-inked')")
    expect(page.locator("#asked-digit")).to_have_text(str(asked))
    assert sent == []


def test_a_drawing_that_reads_as_asked_is_sent_without_a_question(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], sent: list[dict[str, object]]
) -> None:
    begin(page, shared_service.url)
    draw_asked(page, by_label)
    wait_for_guess(page)

    page.locator("#done").click()

    expect(answered(page)).to_have_count(1, timeout=20_000)
    assert [one.get("confirmed") for one in sent] == [None]


def test_more_ink_withdraws_the_question(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], sent: list[dict[str, object]]
) -> None:
    begin(page, shared_service.url)
    draw_another(page, by_label)
    page.locator("#done").click()
    expect(page.locator("#label-question button")).to_have_count(2)

    page.locator("#sheet").click()

    expect(page.locator("#label-question")).to_be_empty()
    expect(page.locator("#done")).to_be_visible()
    assert sent == []
