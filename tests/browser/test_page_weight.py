"""What a browser loads for the Watch view."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response

from tests.browser.drawing import open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

MOST = 150_000  # bytes, uncompressed; the weights of the page's own model come when all else is done
CODE = (".html", ".js", ".css", ".json", "/")


def test_watch_weighs_at_most_150_kb(page: Page, shared_service: RunningService) -> None:
    responses: list[Response] = []
    page.on("response", lambda answer: responses.append(answer))  # noqa: PLW0108 - Playwright can't hold a builtin

    open_page(page, f"{shared_service.url}/")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('weights.bin'))"
    )

    before = [answer.url.endswith("weights.bin") for answer in responses].index(True)
    sizes = {one.url: len(one.body()) for one in responses[:before] if one.url.split("#")[0].endswith(CODE)}
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
