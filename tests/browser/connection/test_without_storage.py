"""Browsers whose storage never answers, throws, is full or closes: watching and sending work at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import answered, begin, draw_asked, hand_in, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

TROUBLES = {
    "open never answers": "IDBFactory.prototype.open = () => new EventTarget();",
    "open throws": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };",
    "no IndexedDB": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "transactions throw": "IDBDatabase.prototype.transaction = () => { throw new DOMException('no'); };",
    "full": """
        IDBObjectStore.prototype.put = function () {
          this.transaction.abort();
          throw new DOMException('full', 'QuotaExceededError');
        };
        Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    """,
    "nothing at all": """
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
          Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
        }
    """,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_watching_and_sending_work_and_the_page_says_what_it_cannot_keep(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], trouble: str
) -> None:
    page.add_init_script(TROUBLES[trouble])

    begin(page, shared_service.url)
    draw_asked(page, by_label)
    wait_for_guess(page)
    hand_in(page)

    expect(answered(page)).to_have_count(1, timeout=20_000)
    expect(page.locator("#storage-note")).to_contain_text("keep the page open")
    page.locator("#mode-my-drawings").click()
    expect(page.locator("#my-drawings-list > li")).to_have_count(1)
    expect(page.locator("#my-drawings-memory-only")).to_be_visible()


def test_a_connection_that_the_system_closed_does_not_lose_a_contribution(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    page.add_init_script("""
        window.connections = [];
        const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...given) {
          const opening = open.apply(this, given);
          opening.addEventListener('success', () => connections.push(opening.result));
          return opening;
        };
    """)
    begin(page, shared_service.url)
    page.wait_for_function("() => connections.length >= 2")
    page.evaluate("() => connections.forEach((connection) => connection.close())")

    draw_asked(page, by_label)
    hand_in(page)

    expect(answered(page)).to_have_count(1, timeout=20_000)
    expect(page.locator("#storage-note")).to_be_empty()
    page.reload()
    expect(page.locator("#my-drawings-list > li")).to_have_count(1)


def test_the_pen_works_before_storage_has_answered(page: Page, shared_service: RunningService) -> None:
    page.add_init_script(TROUBLES["open never answers"])
    open_page(page, shared_service.url)

    page.locator("#sheet").click()

    assert page.evaluate("() => document.body.hasAttribute('data-inked')")
