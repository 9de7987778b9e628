"""The browser keeps the page: it opens and guesses without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import draw, open_page
from tests.running import RunningService, start_service, wait_until_ready

pytestmark = pytest.mark.browser

KEPT = """
async () => {
  const urls = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) urls.push(new URL(url).pathname);
  }
  return urls;
}
"""
IS_COMPLETE = f"""
async () => {{
  const kept = await ({KEPT})();
  const worker = await navigator.serviceWorker.getRegistration();
  const isActive = worker?.active?.state === 'activated';
  return isActive && kept.includes('/page.json') && kept.some((path) => path.endsWith('weights.bin'));
}}
"""


@pytest.fixture
def lasting_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(service_workers="allow")
    yield context.new_page()
    context.close()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RunningService]:
    service = start_service(tmp_path / "var")
    wait_until_ready(service)
    yield service
    service.kill()


def test_the_page_opens_and_guesses_while_no_service_runs(
    lasting_page: Page, mortal: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    page = lasting_page
    open_page(page, mortal.url)
    for _ in range(60):
        if page.evaluate(IS_COMPLETE):
            break
        page.wait_for_timeout(500)
    kept = page.evaluate(KEPT)

    mortal.kill()
    page.reload()
    expect(page.locator("#state")).to_have_text(re.compile("^offline, guessing here"), timeout=10_000)
    draw(page, by_label[3])

    expect(page.locator("#guess")).to_have_attribute("data-digit", "3")
    page.locator("#mode-models").click()
    expect(page.locator("#models")).to_be_visible()
    pages = re.compile(
        r"/(|js/.*|css/.*|img/.*|messages/.*|favicon.svg|manifest.webmanifest|page.json|model/offline|models/softmax/.*bin)"
    )
    assert [path for path in kept if not pages.fullmatch(path)] == []
