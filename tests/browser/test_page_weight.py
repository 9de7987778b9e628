"""The Watch view loads few bytes and files."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request

from tests.browser.drawing import open_page
from tests.running import RunningService

pytestmark = [pytest.mark.browser, pytest.mark.loads_ahead]

MOST = 150_000  # bytes, uncompressed; the weights of the page's own model come when all else is done


def test_watch_weighs_at_most_150_kb(page: Page, shared_service: RunningService) -> None:
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - Playwright can't hold a builtin

    open_page(page, f"{shared_service.url}/")
    page.wait_for_function("() => performance.getEntriesByName('midstroke.ready').length > 0")

    urls = [request.url for request in requests]
    before = requests[: next(place for place, url in enumerate(urls) if url.endswith("weights.bin"))]
    sizes = {one.url: len(answer.body()) for one in before if (answer := one.response()) is not None}
    heaviest = sorted(sizes.items(), key=lambda one: -one[1])
    assert sum(sizes.values()) <= MOST, "\n".join(f"{size:7d} {url}" for url, size in heaviest)


@pytest.mark.parametrize(
    ("view", "seen"), [("models", "#models"), ("contribute", "#consent"), ("my-drawings", "#my-drawings")]
)
def test_a_view_that_is_opened_first_is_loaded(
    page: Page, shared_service: RunningService, view: str, seen: str
) -> None:
    open_page(page, f"{shared_service.url}/#{view}")

    page.locator(seen).wait_for(state="visible")
