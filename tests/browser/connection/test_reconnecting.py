"""The page reconnects after the service was killed, and no drawing is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import draw, hand_in, open_page, wait_for_guess
from tests.real_data import drawings_from
from tests.running import running_service, start_service, wait_until_ready

pytestmark = pytest.mark.browser

BACK_MS = 30_000  # a bound for a busy machine; the page itself waits 15 s at most


def test_a_drawing_outlives_a_killed_service(page: Page, tmp_path: Path) -> None:
    drawing = drawings_from("pendigits-train.ndjson.gz", 1)[0]
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    open_page(page, first.url)
    draw(page, drawing)
    wait_for_guess(page)
    guess = page.locator("#guess").get_attribute("data-digit")

    first.process.kill()
    first.process.wait()
    expect(page.locator("#state")).to_have_text(re.compile("^(lost|offline, guessing here).*trying again in"))
    with running_service(tmp_path / "var", first.port):
        expect(page.locator("#state")).to_have_text(re.compile("^live"), timeout=BACK_MS)

        expect(page.locator("#guess")).to_have_attribute("data-digit", guess or "")


def test_a_contribution_made_while_the_service_is_away_is_kept_and_handed_in(page: Page, tmp_path: Path) -> None:
    by_label = {d.label: d for d in drawings_from("pendigits-train.ndjson.gz", 400)}
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    open_page(page, first.url)
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()

    first.process.kill()
    first.process.wait()
    draw(page, by_label[int(page.locator("#asked-digit").inner_text())])
    hand_in(page)
    expect(page.locator("#recent li[data-status=waiting]")).to_have_count(1)
    with running_service(tmp_path / "var", first.port):
        expect(page.locator("#recent li:is([data-status=training], [data-status=validation])")).to_have_count(
            1, timeout=BACK_MS
        )


def test_drawing_needs_no_scrolling_on_a_phone(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    with running_service(tmp_path / "var") as service:
        open_page(page, service.url)

        sheet = page.locator("#sheet").bounding_box()

    assert sheet is not None
    assert sheet["x"] >= 0
    assert sheet["x"] + sheet["width"] <= 360
    assert sheet["y"] + sheet["height"] <= 740
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
