"""Brings the page into each state that a visitor may see. Takes no pictures."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from infra.harness.clients.mouse import draw_stroke
from infra.harness.data.drawings import strokes_of
from infra.harness.service_process import RunningService, stop_service
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.stages import cut_lines

DIGIT, HAND = 2, 1  # which of the reference drawings is drawn
SETTLE_MS = 700  # bars and colours have come to rest


def _drawing() -> LabelledDrawing:
    return [drawing for drawing in reference_drawings("validation") if drawing.label == DIGIT][HAND]


def _show(page: Page, view: str) -> None:
    page.evaluate("(view) => (location.hash = view)", view)
    expect(page.locator("body")).to_have_attribute("data-mode", view)
    page.wait_for_timeout(SETTLE_MS)


def _draw(page: Page, ink: float = 1.0) -> None:
    for stroke in strokes_of(cut_lines(_drawing().lines, ink)):
        draw_stroke(page, stroke)
    expect(page.locator("#guess")).to_have_attribute("data-digit", re.compile(r"\d"), timeout=20_000)


def _draw_in_game(page: Page, ink: float, label: int = DIGIT) -> None:
    lines = next(drawing for drawing in reference_drawings("validation") if drawing.label == label).lines
    asked = page.locator("#game-task").inner_text()
    for stroke in strokes_of(cut_lines(lines, ink)):
        if page.locator("#game-task").inner_text() == asked:  # it may be read before its last stroke
            draw_stroke(page, stroke, sheet="#game-sheet")
    page.wait_for_timeout(SETTLE_MS)


def empty(page: Page) -> None:
    """The page as a visitor first sees it."""
    page.wait_for_timeout(SETTLE_MS)


def drawn(page: Page) -> None:
    """A finished digit."""
    _draw(page)


def half_drawn(page: Page) -> None:
    """A digit at 60 % of its ink."""
    _draw(page, 0.6)


def compared(page: Page) -> None:
    """Two models side by side."""
    page.locator("#compare").select_option("softmax")
    _draw(page)


def looking_back(page: Page) -> None:
    """An earlier moment of the drawing."""
    _draw(page)
    page.locator("#guess-timeline").focus()
    for _ in range(4):
        page.keyboard.press("PageDown")


def sharing(page: Page) -> None:
    """The panel that shares a drawing."""
    page.wait_for_function("() => performance.getEntriesByName('midstroke.ready').length > 0")
    _draw(page)
    page.locator("#share").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def by_keyboard(page: Page) -> None:
    """The keyboard's pen, down."""
    page.locator("#sheet").focus()
    for key in (*["ArrowUp"] * 8, "Space", *["ArrowDown"] * 16):
        page.keyboard.press(key)


def consent(page: Page) -> None:
    """The terms, before the visitor agrees."""
    _show(page, "contribute")
    expect(page.locator("#agree")).to_be_enabled()


def asked(page: Page) -> None:
    """The page asks for a digit."""
    consent(page)
    page.locator("#agree").click()


def given(page: Page) -> None:
    """A drawing that the service has acknowledged."""
    asked(page)
    _draw(page)
    page.locator("#done").click()
    answer = page.locator("#label-question button.main, #recent li:not([data-status=waiting])")
    expect(answer.first).to_be_visible(timeout=20_000)
    for keep in page.locator("#label-question button.main").all():
        keep.click()
    expect(page.locator("#recent li:not([data-status=waiting])")).to_have_count(1, timeout=20_000)


def questioned(page: Page) -> None:
    """The service disagrees with the label: the drawing is a 2 whatever was asked for."""
    asked(page)
    if page.locator("#asked-digit").inner_text() == str(DIGIT):
        page.locator("#skip").click()
    _draw(page)
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#done").click()
    expect(page.locator("#label-question .confirmation")).to_be_visible(timeout=20_000)


def mine(page: Page) -> None:
    """One stored drawing, with its details."""
    given(page)
    _show(page, "my-drawings")
    page.locator("#my-drawings-list button").first.click()
    expect(page.locator("#my-drawings-list dl")).to_be_visible(timeout=20_000)


def models(page: Page) -> None:
    """The models, with all details folded."""
    _show(page, "models")
    page.wait_for_timeout(2 * SETTLE_MS)


def about(page: Page) -> None:
    """The page about the project."""
    _show(page, "about")
    expect(page.locator("#about-title")).to_be_visible()


def game(page: Page) -> None:
    """The game's rules."""
    page.wait_for_function("() => performance.getEntriesByName('midstroke.weights').length > 0")
    _show(page, "game")
    expect(page.locator("#game-task")).to_be_visible()


def playing(page: Page) -> None:
    """A digit of the game, half drawn."""
    game(page)
    page.get_by_role("button", name="Start").click()
    _draw_in_game(page, 0.4)


def played(page: Page) -> None:
    """The result of a game: two digits were drawn, the others passed over."""
    game(page)
    page.get_by_role("button", name="Start").click()
    task = page.locator("#game-task")
    for number in range(10):
        asked = task.inner_text()
        if number < 2:
            _draw_in_game(page, 1.0, int(asked[-1]))
        if task.inner_text() == asked:
            page.get_by_role("button", name="Pass").click()
    expect(page.locator("#game-result li")).to_have_count(10)


def replayed(page: Page) -> None:
    """A drawing that an address replays."""
    played(page)
    page.evaluate("address => location.replace(address)", page.locator("#game-link").input_value())
    expect(page.locator("#game-read")).not_to_be_empty()


def without_service(page: Page, service: RunningService) -> None:
    """A digit that the browser's own model reads, after the service has ended."""
    page.wait_for_timeout(4000)  # the browser loads its model when idle
    if service.process.poll() is None:
        stop_service(service)
    page.wait_for_timeout(1500)
    _draw(page)
