"""The page goes on guessing by its own model while the service can't be reached."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import (
    answered,
    bars,
    draw,
    draw_asked,
    draw_stroke,
    hand_in,
    open_page,
    wait_for_guess,
)
from tests.running import RunningService, running_service, start_service, wait_until_ready

pytestmark = [pytest.mark.browser, pytest.mark.loads_ahead]

OFFLINE = re.compile("^offline, guessing here")
LIVE = re.compile("^live")
WEIGHTS_ARE_HERE = "() => performance.getEntriesByName('midstroke.weights').length > 0"
START_MS = 15_000  # 1 s; a bound for a busy machine, not a promise
BACK_MS = 30_000  # for a service that starts on a busy machine


def test_a_drawing_is_read_on_after_the_service_was_killed_and_handed_back(
    page: Page, tmp_path: Path, by_label: dict[int | None, Drawing]
) -> None:
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    open_page(page, first.url)
    page.wait_for_function(WEIGHTS_ARE_HERE)
    strokes = by_label[5].strokes

    draw_stroke(page, strokes[0])
    first.process.kill()
    first.process.wait()
    expect(page.locator("#state")).to_have_text(OFFLINE, timeout=START_MS)
    expect(page.locator("#model")).to_have_attribute("data-family", "softmax")
    before = bars(page)
    for stroke in strokes[1:]:
        draw_stroke(page, stroke)
    expect(page.locator("#guess")).to_have_attribute("data-digit", "5")

    assert bars(page) != before or len(strokes) == 1
    with running_service(tmp_path / "var", first.port):
        expect(page.locator("#state")).to_have_text(LIVE, timeout=BACK_MS)
        expect(page.locator("#model")).not_to_have_attribute("data-family", "softmax")
        expect(page.locator("#guess")).to_have_attribute("data-digit", "5")


@pytest.mark.parametrize("code", [1012, 1013, 4403])
def test_the_page_guesses_after_every_close_also_before_a_welcome(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], code: int
) -> None:
    page.route_web_socket(re.compile("/ws$"), lambda socket: socket.close(code=code, reason="as the test wants"))

    page.goto(shared_service.url)
    expect(page.locator("#state")).to_have_text(OFFLINE, timeout=START_MS)
    draw(page, by_label[3])

    expect(page.locator("#guess")).to_have_attribute("data-digit", "3")


def test_the_page_guesses_while_no_answer_arrives(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    deaf: list[WebSocketRoute] = []

    def hear_nothing(socket: WebSocketRoute) -> None:
        deaf.append(socket)

    page.route_web_socket(re.compile("/ws$"), hear_nothing)

    page.goto(shared_service.url)
    draw(page, by_label[3])

    expect(page.locator("#state")).to_have_text(OFFLINE, timeout=START_MS)
    expect(page.locator("#guess")).to_have_attribute("data-digit", "3")
    assert deaf


def test_the_page_guesses_while_the_service_hangs_and_hands_back_when_it_resumes(
    page: Page, service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    open_page(page, service.url)
    page.wait_for_function(WEIGHTS_ARE_HERE)
    service.process.send_signal(signal.SIGSTOP)
    try:
        draw(page, by_label[3])
        expect(page.locator("#state")).to_have_text(OFFLINE, timeout=START_MS)
        expect(page.locator("#guess")).to_have_attribute("data-digit", "3")
    finally:
        service.process.send_signal(signal.SIGCONT)

    expect(page.locator("#state")).to_have_text(LIVE, timeout=BACK_MS)
    wait_for_guess(page)


def test_every_view_opens_and_a_drawing_is_handed_in_after_the_service_was_killed(
    page: Page, tmp_path: Path, by_label: dict[int | None, Drawing]
) -> None:
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    open_page(page, first.url)
    page.wait_for_function("() => performance.getEntriesByName('midstroke.ready').length > 0")
    first.process.kill()
    first.process.wait()
    expect(page.locator("#state")).to_have_text(OFFLINE, timeout=START_MS)

    for view, seen in (("about", "#about-title"), ("models", "#story-title"), ("game", "#game-task")):
        page.evaluate("view => (location.hash = view)", view)
        expect(page.locator(seen)).to_be_visible()
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()
    draw_asked(page, by_label)
    hand_in(page)
    expect(page.locator("#recent li[data-status=waiting]")).to_have_count(1)

    with running_service(tmp_path / "var", first.port):
        expect(answered(page)).to_have_count(1, timeout=BACK_MS)


def test_a_view_that_could_not_be_loaded_says_so_and_is_loaded_when_it_is_opened_again(
    page: Page, shared_service: RunningService
) -> None:
    page.route("**/js/about/pictures.js", lambda route: route.abort())
    open_page(page, shared_service.url)
    page.locator("#mode-about").click()
    expect(page.locator("#part-failed")).to_have_text(re.compile("could not be loaded"))
    page.unroute("**/js/about/pictures.js")

    page.locator("#mode-watch").click()
    page.locator("#mode-about").click()

    expect(page.locator("#about-title")).to_be_visible()
    expect(page.locator("#part-failed")).to_be_hidden()


def test_the_terms_are_seen_before_the_rest_of_contribute_is_loaded(page: Page, shared_service: RunningService) -> None:
    page.route("**/js/contribute/contribute_part.js", lambda route: route.abort())
    open_page(page, f"{shared_service.url}/#contribute")

    expect(page.locator("#consent-text")).to_be_visible()
    expect(page.locator("#part-failed")).to_be_visible()
    expect(page.locator("#agree")).to_be_disabled()
    page.unroute("**/js/contribute/contribute_part.js")
    page.evaluate("() => (location.hash = 'watch')")
    page.evaluate("() => (location.hash = 'contribute')")

    page.locator("#agree").click()
    assert page.locator("#asked-digit").inner_text() in "0123456789"
    expect(page.locator("#part-failed")).to_be_hidden()
