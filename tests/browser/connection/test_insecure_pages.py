"""The page on plain http under another name than localhost, as a phone on the same network opens it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from collector.ink.drawing import Drawing
from tests.browser.drawing import answered, begin, draw_asked, hand_in
from tests.chromium import ARGUMENTS, chromium_path
from tests.running import RunningService

pytestmark = pytest.mark.browser

HOST = "phone.test"


@pytest.fixture
def phone() -> Iterator[Page]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium or Chrome is installed")
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
        chromium = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, rules])
        page = chromium.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        chromium.close()
        assert wrong == []


def test_a_drawing_is_delivered_from_an_insecure_page(
    phone: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    begin(phone, f"http://{HOST}:{shared_service.port}")
    assert phone.evaluate("() => isSecureContext || 'randomUUID' in crypto") is False

    draw_asked(phone, by_label)
    hand_in(phone)

    expect(answered(phone)).to_have_count(1, timeout=20_000)
    expect(phone.locator("#mode-my-drawings")).to_be_visible()
