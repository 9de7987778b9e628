"""The page's line on personal answers: the drawings used, the switch, "Not me", and when the token goes out."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import FloatRect, Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import answered, begin, draw, draw_asked, hand_in, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

TOKEN = "a-browser-that-gave-a-drawing"
SIZES = ((1440, 900), (1024, 600), (390, 844), (844, 390), (320, 568))


@pytest.fixture
def hellos(page: Page) -> list[dict[str, object]]:
    """The hellos that the page sends."""
    found: list[dict[str, object]] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str) and (message := json.loads(frame))["type"] == "hello":
            found.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    return found


def give_one(page: Page, url: str, by_label: dict[int | None, Drawing]) -> None:
    begin(page, url)
    draw_asked(page, by_label)
    wait_for_guess(page)
    hand_in(page)
    expect(answered(page)).to_have_count(1, timeout=20_000)


def test_the_token_goes_out_after_consent_alone(
    page: Page, shared_service: RunningService, hellos: list[dict[str, object]]
) -> None:
    open_page(page, shared_service.url, TOKEN)
    page.locator("#mode-contribute").click()
    before = [hello.get("contributor") for hello in hellos]
    page.locator("#agree").click()
    expect(page.locator("#asked-digit")).to_have_text(re.compile(r"\d"))

    assert set(before) == {None}
    assert hellos[-1]["contributor"] == TOKEN
    page.locator("#withdraw").click()
    page.wait_for_timeout(300)
    assert "contributor" not in hellos[-1]


def test_the_line_says_what_is_used_and_switches_it(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], hellos: list[dict[str, object]]
) -> None:
    give_one(page, shared_service.url, by_label)
    line = page.locator("#personal-words")
    draw(page, by_label[3])
    expect(line).to_have_text("Uses 1 of your drawings")

    page.get_by_role("button", name="Compare without").click()
    expect(line).to_have_text("Your drawings are not used")
    assert hellos[-1]["personal"] is False
    page.get_by_role("button", name="Use them").click()
    expect(line).to_have_text("Uses 1 of your drawings")


def test_not_me_sends_no_token_until_it_is_taken_back(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], hellos: list[dict[str, object]]
) -> None:
    give_one(page, shared_service.url, by_label)
    draw(page, by_label[3])
    page.get_by_role("button", name="Not me").click()
    expect(page.locator("#personal-words")).to_have_text("Drawings from this browser are not used")
    page.reload()
    expect(page.locator("#personal-words")).to_have_text("Drawings from this browser are not used")
    page.wait_for_timeout(300)

    assert "contributor" not in hellos[-1]
    page.get_by_role("button", name="It’s me").click()
    expect(page.locator("#personal-words")).to_have_text(re.compile("Uses 1 of your drawings"), timeout=20_000)


def test_the_line_has_room_on_every_screen(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    give_one(page, shared_service.url, by_label)
    draw(page, by_label[3])
    page.locator("#mode-watch").click()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("#personal")).to_be_visible()

        line, guess, header, columns = (
            box_of(page, name) for name in ("#personal", "#guess-digit", "header", "#columns")
        )

        assert line["x"] >= 0
        assert line["x"] + line["width"] <= width
        assert line["y"] >= columns["y"] + columns["height"] - 1
        assert guess["y"] + guess["height"] * 0.1 >= header["y"] + header["height"]


def box_of(page: Page, selector: str) -> FloatRect:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box
