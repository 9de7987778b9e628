"""The whole loop in Chromium on a real service: draw, contribute, retrain, see the better model go live."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from collector.contribution.contributor import contributor_id, load_or_make_key, use_of
from collector.ink.drawing import Drawing
from tests.browser.drawing import bars, draw, draw_stroke, hand_in, open_page, wait_for_guess
from tests.real_data import drawings_from
from tests.running import RunningService

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEARN_MS = 300_000  # a bound for a busy machine, not a promise
CONTRIBUTIONS = 5
STOP_SECONDS = 120  # for the step of a training that is under way on a busy machine


@pytest.fixture
def trainer(service: RunningService) -> Iterator[subprocess.Popen[bytes]]:
    log = (service.var / "trainer.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "train", "--watch"],
        env={
            **os.environ,
            "MIDSTROKE_VAR": str(service.var),
            "MIDSTROKE_RETRAIN_AFTER": str(CONTRIBUTIONS),
            "MIDSTROKE_TRAINER_POLL_SECONDS": "0.5",
        },
        stdout=log,
        stderr=log,
    )
    yield process
    process.terminate()
    process.wait(STOP_SECONDS)
    log.close()


def whose_drawings_train(var: Path) -> str:
    """A token that this service hashes to a contributor whose drawings are trained on."""
    key = load_or_make_key(var / "contributor.key")
    tokens = (f"browser-test-token-{n}" for n in range(1000))
    return next(token for token in tokens if use_of(contributor_id(key, token)) == "training")


@pytest.mark.parametrize("file", ["pointer-events.ndjson.gz", "pendigits-train.ndjson.gz"])
def test_the_bars_move_while_the_stroke_is_under_way(page: Page, service: RunningService, file: str) -> None:
    drawing = max(drawings_from(file, 20), key=lambda d: d.strokes[0].length)
    open_page(page, service.url)

    seen = set()
    first = drawing.strokes[0]
    half = len(first.points) // 2
    draw_stroke(page, type(first)(first.points[:half]), release=False)
    wait_for_guess(page)
    seen.add(tuple(bars(page)))
    for point in first.points[half:]:
        box = page.locator("#sheet").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + point.x * box["width"] / 500, box["y"] + point.y * box["height"] / 500)
        page.wait_for_timeout(30)
        seen.add(tuple(bars(page)))

    assert len(seen) > 3  # and the pen has not been lifted yet
    assert all(abs(sum(shown) - 1) < 1e-3 for shown in seen)


def test_finished_digits_are_read(page: Page, service: RunningService) -> None:
    drawings = drawings_from("pendigits-train.ndjson.gz", 10)
    open_page(page, service.url)

    right = 0
    for drawing in drawings:
        draw(page, drawing)
        page.wait_for_timeout(150)
        right += page.locator("#guess").get_attribute("data-digit") == str(drawing.label)
        page.locator("#clear").click()

    assert right >= 7


def test_five_contributions_become_a_better_model_on_the_page(
    page: Page, service: RunningService, trainer: subprocess.Popen[bytes]
) -> None:
    by_label = {d.label: d for d in drawings_from("pendigits-train.ndjson.gz", 400)}
    open_page(page, service.url, whose_drawings_train(service.var))
    before = page.locator("#model").inner_text()

    page.locator("#mode-contribute").click()
    page.locator("#agree").click()
    for number in range(1, CONTRIBUTIONS + 1):
        contribute(page, by_label)
        expect(page.locator("#recent li[data-status=training]")).to_have_count(number)

    expect(page.locator("#model")).not_to_have_text(before, timeout=LEARN_MS)
    assert trainer.poll() is None
    page.locator("#mode-watch").click()
    draw(page, by_label[3])
    wait_for_guess(page)
    expect(page.locator("#state")).to_contain_text("live")


def contribute(page: Page, by_label: dict[int | None, Drawing]) -> None:
    asked = int(page.locator("#asked-digit").inner_text())
    draw(page, by_label[asked])
    hand_in(page)
