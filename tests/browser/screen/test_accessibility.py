"""The page for everybody: axe finds no barrier in any view and state, and a digit is drawn by keyboard alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Point, Stroke
from infra.node import AXE, install
from tests.browser.drawing import draw_stroke, handed_in, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

STROKE = Stroke(tuple(Point(250 + y // 20, y) for y in range(100, 400, 15)))
BARRIERS = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const words = ({ target, failureSummary }) => `${target} ${failureSummary}`;
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(words).join(' | ')}`);
}
"""


@pytest.fixture(scope="session")
def axe() -> str:
    """Installed like the other tools for the page's checks, pinned with its hash."""
    assert install() == 0
    return AXE.read_text()


class Tour:
    """A visitor who looks at the page in every state; what axe finds in each."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}
        page.evaluate(axe)

    def look(self, state: str) -> None:
        self.page.wait_for_timeout(250)  # colours move for 120 ms
        barriers = self.page.evaluate(BARRIERS)
        if barriers:
            self.found[state] = barriers

    def show(self, view: str) -> None:
        self.page.evaluate("(view) => (location.hash = view)", view)
        expect(self.page.locator("body")).to_have_attribute("data-mode", view)


def look_at_the_game(tour: Tour) -> None:
    page = tour.page
    tour.show("game")
    page.get_by_role("button", name="Start").wait_for()
    tour.look("game, its rules")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#game-task")).to_have_text(re.compile(r"Draw \d"))
    tour.look("game, drawing")
    for _ in range(10):
        page.get_by_role("button", name="Pass").click()
    tour.look("game, its result")
    page.evaluate("() => (location.hash = 'replay=2.AA')")
    expect(page.locator("#game-task")).to_have_text(re.compile(r"address|Somebody"))
    tour.look("game, a replay")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_in_any_view_and_state(
    browser: Browser, shared_service: RunningService, axe: str, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    open_page(page, shared_service.url)
    tour = Tour(page, axe)
    tour.look("watch, empty")
    page.locator("#sheet").press("ArrowUp")
    tour.look("watch, by keyboard")
    page.locator("#sheet").press("Escape")
    draw_stroke(page, STROKE)
    wait_for_guess(page)
    page.locator("#compare").select_option("softmax")
    tour.look("watch, drawn")
    page.locator("#share").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    tour.look("watch, sharing")
    page.keyboard.press("Escape")
    page.locator("#guess-timeline").press("PageDown")
    tour.look("watch, looking back")
    tour.show("contribute")
    tour.look("contribute, asking for consent")
    page.locator("#agree").click()
    page.locator("#done").click()
    tour.look("contribute, objecting")
    draw_stroke(page, STROKE)
    wait_for_guess(page)
    page.locator("#done").click()
    expect(handed_in(page)).to_have_count(1)
    tour.look("contribute, given")
    for keep in page.locator("#label-question button.main").all():
        keep.click()
    expect(page.locator("#recent li:not([data-status=waiting])")).to_have_count(1)
    tour.look("contribute, thanked")
    tour.show("my-drawings")
    item = page.locator("#my-drawings-list li").first
    item.get_by_role("button", name=re.compile("^Details")).click()
    expect(item.locator("dl")).to_be_visible()
    item.get_by_role("button", name=re.compile("^Delete")).click()
    tour.look("my drawings, about to delete")
    tour.show("models")
    page.wait_for_timeout(1500)
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
    tour.look("models")
    tour.show("about")
    expect(page.locator("#about-title")).to_be_visible()
    tour.look("about")
    look_at_the_game(tour)
    context.close()

    assert tour.found == {}, json.dumps(tour.found, indent=1)


def test_a_digit_is_drawn_and_given_by_keyboard_alone(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    page.keyboard.press("Tab")
    while page.evaluate("() => document.activeElement.id") != "sheet":
        page.keyboard.press("Tab")
    expect(page.locator("#key-pen")).to_be_visible()

    for key in (*["ArrowUp"] * 8, "Space", *["ArrowDown"] * 20, "Space"):
        page.keyboard.press(key)

    expect(page.locator("#guess")).to_have_attribute("data-digit", "1")
    expect(page.locator("#pen-words")).to_have_text("50 % from the left, 79 % from the top")
    page.keyboard.press("Escape")
    expect(page.locator("#key-pen")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-inked", "")
    page.keyboard.press("Escape")
    expect(page.locator("body")).not_to_have_attribute("data-inked", "")


def test_each_state_says_what_it_is_in_the_accessibility_tree(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    draw_stroke(page, STROKE)
    wait_for_guess(page)

    expect(page.locator("#announcement")).to_have_text(re.compile(r"^reads as \d, \d+ percent"))
    tree = page.locator("body").aria_snapshot()

    for part in (
        r'navigation "Views"',
        r'link "Watch"',
        r'application "Canvas: draw a digit here with mouse, finger, pen or arrow keys"',
        r'button "Undo"',
        r'slider "Guess timeline: look back at the drawing"',
        r'region "Prediction"',
        r'list "Probability of each digit"',
        r'combobox "Language"',
    ):
        assert part in tree, tree
