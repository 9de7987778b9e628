"""A new release of the page replaces the one that the browser keeps, and files of two are never mixed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_server import PageServer, page_server

pytestmark = [pytest.mark.browser, pytest.mark.loads_ahead]

KEPT = """
async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    kept[name] = (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
  }
  return kept;
}
"""
SLOW_MS = 20_000  # on a busy machine
RELEASES = "() => [document.body.dataset.main, getComputedStyle(document.body).getPropertyValue('--release').trim()]"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    with page_server(tmp_path / "page", "/digits") as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(service_workers="allow")
    yield context.new_page()
    context.close()


def kept(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(KEPT)
    return found


def wait_until_kept(page: Page, version: str) -> None:
    """Until there is a complete copy of this release, and of no other."""
    for _ in range(100):
        pages = {name: paths for name, paths in kept(page).items() if " page " in name}
        if [name.split()[-1] for name in pages] == [version] and any(map(is_complete, pages.values())):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"kept {pages}, expected {version}")


def is_complete(paths: list[str]) -> bool:
    return any(path.endswith("/page.json") for path in paths)


def version(page: Page) -> str:
    found: str = page.evaluate("() => document.head.dataset.release")
    return found


def wait_for(page: Page, releases: list[str]) -> None:
    page.wait_for_function("() => document.body?.dataset.main")
    shown: Any = page.evaluate(RELEASES)
    assert shown == releases


def test_a_new_release_is_seen_at_the_next_load_and_then_kept(page: Page, server: PageServer) -> None:
    page.goto(server.url)
    wait_for(page, ["first", "first"])
    wait_until_kept(page, version(page))
    server.publish("second")

    page.reload()
    wait_for(page, ["second", "second"])
    wait_until_kept(page, version(page))
    server.is_down = True
    page.reload()

    wait_for(page, ["second", "second"])
    page.locator("#mode-about").click()
    expect(page.locator("#about-title")).to_be_visible()
    assert page.evaluate("() => document.body.dataset.about") == "second"
    assert all(path.startswith(server.prefix) for paths in kept(page).values() for path in paths)


def test_an_open_page_takes_no_part_of_a_later_release(page: Page, server: PageServer) -> None:
    server.broken = frozenset({"js/about/about_view.js"})  # not loaded before it is opened
    page.goto(server.url)
    wait_for(page, ["first", "first"])
    server.broken = frozenset()
    server.publish("second")

    page.locator("#mode-about").click()

    page.wait_for_function("() => document.body?.dataset.main === 'second'")
    expect(page.locator("#about-title")).to_be_visible(timeout=SLOW_MS)
    wait_for(page, ["second", "second"])
    assert page.evaluate("() => document.body.dataset.about") == "second"
    assert page.evaluate("() => location.hash") == "#about"


def test_a_page_from_the_copy_takes_no_file_of_a_release_that_was_published_meanwhile(
    page: Page, server: PageServer
) -> None:
    page.goto(server.url)
    wait_until_kept(page, version(page))
    server.broken = frozenset({"", "page.json"})  # as when a service restarts: a moment later it answers again
    server.publish("second")

    page.reload()

    wait_for(page, ["first", "first"])


def test_a_release_that_can_not_be_copied_whole_is_not_kept(page: Page, server: PageServer) -> None:
    page.goto(server.url)
    wait_until_kept(page, version(page))
    server.publish("second")
    server.broken = frozenset({"css/game.css"})

    page.reload()
    wait_for(page, ["second", "second"])
    page.wait_for_function("() => performance.getEntriesByName('midstroke.ready').length > 0")

    assert [name for name in kept(page) if " page " in name] == []
    server.broken = frozenset()
    page.reload()
    wait_until_kept(page, version(page))


def test_a_request_for_no_file_of_the_page_goes_to_the_network_and_is_not_kept(page: Page, server: PageServer) -> None:
    page.goto(server.url)
    wait_until_kept(page, version(page))
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller")
    calls = ["contributions", "contributions/states", "predict", "model", "healthz", "operator", "js/operator/sets.js"]
    server.asked.clear()

    for method in ("GET", "POST"):
        for call in calls:
            page.evaluate("([url, method]) => fetch(url, { method }).then(() => 0)", [call, method])

    assert [path for path in server.asked if path in calls] == [*calls, *calls]
    held = {path.removeprefix(f"{server.prefix}/") for paths in kept(page).values() for path in paths}
    assert held.isdisjoint(calls)
