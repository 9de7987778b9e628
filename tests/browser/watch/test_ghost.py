"""The ghost hand on the empty canvas: it draws examples until the visitor's first touch, and sends nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import bars, draw_stroke, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

GHOST = "#ghost"
BAR_WIDTHS = "() => [...document.querySelectorAll('#bars .bar')].map((bar) => bar.style.transform)"
GHOST_INK = """
() => {
  const canvas = document.querySelector('#ghost');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, i) => i % 4 === 3 && value > 60).length;
}
"""
RECORDED = Path(__file__).parents[3] / "frontend" / "js" / "watch" / "ghost" / "ghost.json"


def frames_sent(page: Page) -> list[bytes]:
    sent: list[bytes] = []

    def watch(socket: object) -> None:
        socket.on("framesent", lambda payload: isinstance(payload, bytes) and sent.append(payload))  # type: ignore[attr-defined]

    page.on("websocket", watch)
    return sent


def test_the_ghost_draws_with_moving_bars_and_sends_nothing(page: Page, shared_service: RunningService) -> None:
    sent = frames_sent(page)
    open_page(page, shared_service.url)
    expect(page.locator(GHOST)).to_be_visible()
    page.wait_for_function(f"() => ({GHOST_INK})() > 0")

    before, widths = page.evaluate(GHOST_INK), page.evaluate(BAR_WIDTHS)
    page.wait_for_function(f"(before) => ({GHOST_INK})() > before", arg=before)
    page.wait_for_function(f"(before) => String(({BAR_WIDTHS})()) !== String(before)", arg=widths)

    expect(page.locator("#ghost-note")).to_contain_text("example")
    expect(page.locator("#guess-digit")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#guess")).to_have_attribute("data-digit", "")  # nobody's guess
    assert all(p != p for p in bars(page))  # noqa: PLR0124 - rows without a probability read as NaN
    assert sent == []


def test_the_first_stroke_takes_over_at_once_and_for_good(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    expect(page.locator(GHOST)).to_be_visible()
    box = page.locator("#sheet").bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    assert page.locator(GHOST).count() == 0
    assert page.locator("#guess").get_attribute("data-example") is None
    page.mouse.up()
    draw_stroke(page, Stroke((Point(250, 100), Point(250, 200), Point(250, 300))))
    page.locator("#clear").click()
    page.wait_for_timeout(700)

    assert page.locator(GHOST).count() == 0


def test_without_motion_the_ghost_stands_still(browser: Browser, shared_service: RunningService) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    open_page(page, shared_service.url)
    expect(page.locator(GHOST)).to_be_visible()

    first = page.evaluate(GHOST_INK), page.evaluate(BAR_WIDTHS)
    page.wait_for_timeout(400)
    second = page.evaluate(GHOST_INK), page.evaluate(BAR_WIDTHS)
    context.close()

    assert first == second
    assert first[0] > 0


def test_only_the_empty_canvas_of_watch_has_a_ghost(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    expect(page.locator(GHOST)).to_be_visible()

    page.locator("#mode-contribute").click()
    expect(page.locator(GHOST)).to_have_count(0)
    page.locator("#mode-watch").click()

    expect(page.locator(GHOST)).to_be_visible()


def test_the_recording_has_a_prediction_at_each_moment() -> None:
    for drawing in json.loads(RECORDED.read_text())["drawings"]:
        inks = [ink for ink, _ in drawing["moments"]]
        assert inks == sorted(inks)
        assert all(abs(sum(thousandths) - 1000) <= 5 for _, thousandths in drawing["moments"])
        last = drawing["moments"][-1][1]
        assert last.index(max(last)) == drawing["label"]
        assert all(0 <= x <= 500 and 0 <= y <= 500 for stroke in drawing["strokes"] for x, y, _ in stroke)
