"""With the browser's data saver on, the page loads what is opened and nothing ahead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.drawing import open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

IDLE_MS = 2500  # the page waits for an idle moment for 2 s at most


def test_parts_are_loaded_when_they_are_opened(page: Page, shared_service: RunningService) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.removeprefix(shared_service.url)))

    open_page(page, shared_service.url)
    page.wait_for_timeout(IDLE_MS)

    ahead = (
        "/model/offline",
        "/models/",
        "/js/game/",
        "/js/share/",
        "/js/models/",
        "/js/contribute/contribute_part.js",
    )
    assert [path for path in loaded if path.startswith(ahead)] == []

    page.locator("#mode-models").click()
    page.locator("#models").wait_for(state="visible")
    assert any(path.startswith("/js/models/") for path in loaded)
