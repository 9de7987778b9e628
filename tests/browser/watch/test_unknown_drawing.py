"""The page when the service answers that a drawing is no digit, or that its guess will not change."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from collector.ink.drawing import Drawing, Point, Stroke
from tests.browser.drawing import begin, draw, draw_stroke, open_page, wait_for_guess
from tests.browser.screen.test_screen_sizes import FAINT_TEXTS, READABLE, SIZES, resize
from tests.running import RunningService

pytestmark = pytest.mark.browser

NO_DIGIT = "Not a digit I know"
SCRIBBLE = Stroke(tuple(Point(150 + 7 * n, 150 if n % 2 else 350) for n in range(28)))
TAP = Stroke((Point(300, 250), Point(302, 252)))
# Where everything stands, except the words that change.
PLACES = """
() => Object.fromEntries(['sheet', 'tools', 'guess', 'state', 'columns', 'bars', 'asked', 'loop-summary',
  'model-picker', 'contributions', 'guess-timeline'].map((id) => {
    const { left, top, width, height } = document.getElementById(id).getBoundingClientRect();
    return [id, [left, top, width, height].map(Math.round).join(' ')];
  }))
"""
OVERFLOWS = """
() => {
  const words = document.querySelector('#guess-unsure');
  return words.scrollWidth > words.clientWidth || words.scrollHeight > words.clientHeight;
}
"""
ACCENT = "(element) => getComputedStyle(element).color"


@dataclass
class Answers:
    """Changes the service's predictions on their way to the page: `fields` are set, `without` are taken out."""

    fields: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def change(self, message: str | bytes) -> str | bytes:
        if isinstance(message, bytes) or json.loads(message)["type"] != "prediction":
            return message
        prediction = json.loads(message) | self.fields
        return json.dumps({name: value for name, value in prediction.items() if name not in self.without})

    def follow(self, page: Page) -> None:
        def handle(socket: WebSocketRoute) -> None:
            service = socket.connect_to_server()
            service.on_message(lambda message: socket.send(self.change(message)))

        page.route_web_socket(re.compile(r"/ws$"), handle)


@pytest.fixture
def answers(page: Page) -> Answers:
    changed = Answers()
    changed.follow(page)
    return changed


UNSURE = {"doubt": 0.99, "unsure": True, "settled": False}
SETTLED = {"doubt": 0.01, "unsure": False, "settled": True}
PLAIN = {"doubt": 0.1, "unsure": False, "settled": False}


def test_a_drawing_that_is_no_digit_gets_a_sentence_in_place_of_a_guess(
    page: Page, shared_service: RunningService, answers: Answers
) -> None:
    answers.fields = UNSURE
    open_page(page, shared_service.url)

    draw_stroke(page, SCRIBBLE)

    expect(page.locator("#guess-unsure")).to_have_text(NO_DIGIT)
    expect(page.locator("#guess-digit")).to_be_empty()
    expect(page.locator("#guess-strength")).to_be_empty()
    expect(page.locator("#announcement")).to_have_text(NO_DIGIT)
    expect(page.locator("#life-words")).to_contain_text("no digit")


def test_the_bars_stay_and_none_has_the_accent(page: Page, shared_service: RunningService, answers: Answers) -> None:
    answers.fields = UNSURE
    open_page(page, shared_service.url)

    draw_stroke(page, SCRIBBLE)
    expect(page.locator("#guess-unsure")).to_have_text(NO_DIGIT)

    shares = page.locator("#bars .share")
    expect(shares).to_have_text([re.compile(r"\d.%")] * 10)
    assert len(set(shares.evaluate_all(f"shares => shares.map({ACCENT})"))) == 1


def test_the_guess_comes_back_with_a_digit_and_with_an_empty_canvas(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], answers: Answers
) -> None:
    answers.fields = UNSURE
    open_page(page, shared_service.url)
    draw_stroke(page, SCRIBBLE)
    expect(page.locator("#guess-unsure")).to_have_text(NO_DIGIT)

    page.locator("#clear").click()
    expect(page.locator("#guess-unsure")).to_be_empty()
    answers.fields = PLAIN
    draw(page, by_label[7])

    expect(page.locator("#guess-digit")).to_have_text("7")
    expect(page.locator("#guess-unsure")).to_be_empty()
    expect(page.locator("#guess-settled")).to_be_empty()


def test_a_settled_guess_says_so(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], answers: Answers
) -> None:
    answers.fields = SETTLED
    open_page(page, shared_service.url)

    draw(page, by_label[7])

    expect(page.locator("#guess-settled")).to_have_text("settled")
    expect(page.locator("#announcement")).to_have_text(re.compile(r"^reads as 7, \d+ percent, settled$"))


@pytest.mark.parametrize("sent", [{}, {"unsure": "perhaps", "settled": 3, "doubt": None}], ids=["older", "newer"])
def test_a_service_of_another_release_is_shown_without_doubt(
    page: Page,
    shared_service: RunningService,
    by_label: dict[int | None, Drawing],
    answers: Answers,
    sent: dict[str, Any],
) -> None:
    answers.fields = sent
    answers.without = () if sent else ("doubt", "unsure", "settled", "personal")
    open_page(page, shared_service.url)

    draw(page, by_label[7])

    expect(page.locator("#guess-digit")).to_have_text("7")
    expect(page.locator("#guess-unsure")).to_be_empty()
    expect(page.locator("#guess-settled")).to_be_empty()


def test_the_question_about_a_label_names_no_digit_either(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], answers: Answers
) -> None:
    answers.fields = UNSURE
    begin(page, shared_service.url)
    asked = int(page.locator("#asked-digit").inner_text())
    draw(page, by_label[0 if asked != 0 else 3])
    expect(page.locator("#guess-unsure")).to_have_text(NO_DIGIT)
    page.wait_for_timeout(300)  # the guess of the finished drawing

    page.locator("#done").click()

    expect(page.locator("#label-question")).to_contain_text("This looks like no digit I know. Keep it as a")


def watch(page: Page, url: str) -> None:
    open_page(page, url)


def compare(page: Page, url: str) -> None:
    open_page(page, url)
    page.locator("#compare").select_option("softmax")


@pytest.mark.parametrize("arrive", [watch, compare, begin])
def test_nothing_moves_when_a_guess_becomes_unsure_or_settled(
    page: Page, shared_service: RunningService, answers: Answers, arrive: Callable[[Page, str], None]
) -> None:
    arrive(page, shared_service.url)
    places: dict[str, dict[str, Any]] = {}
    overflowing = []
    for fields, shown in ((PLAIN, ""), (SETTLED, ""), (UNSURE, NO_DIGIT)):
        answers.fields = fields
        resize(page, 1280, 800)
        draw_stroke(page, SCRIBBLE if not places else TAP)
        wait_for_guess(page)
        expect(page.locator("#guess-unsure")).to_have_text(shown)
        page.wait_for_timeout(300)
        for width, height in SIZES:
            resize(page, width, height)
            places.setdefault(f"{width}x{height}", {})[json.dumps(fields)] = page.evaluate(PLACES)
            if shown and page.evaluate(OVERFLOWS):
                overflowing.append((width, height))

    moved = {
        (size, name): [by_state[name] for by_state in found.values()]
        for size, found in places.items()
        for name in next(iter(found.values()))
        if len({by_state[name] for by_state in found.values()}) > 1
    }
    assert moved == {}
    assert overflowing == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("fields", [UNSURE, SETTLED], ids=["unsure", "settled"])
def test_the_words_can_be_read(
    browser: Browser, shared_service: RunningService, scheme: Any, fields: dict[str, Any]
) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    Answers(fields).follow(page)
    open_page(page, shared_service.url)
    draw_stroke(page, SCRIBBLE)
    wait_for_guess(page)
    page.wait_for_timeout(300)

    faint = page.evaluate(FAINT_TEXTS, READABLE)
    context.close()

    assert faint == []
