"""The page in a real browser under a path prefix, behind the example configuration for nginx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from infra.servers.nginx import CONFIGURATIONS
from tests.browser.drawing import draw, open_page, wait_for_guess
from tests.nginx import nginx
from tests.real_data import drawings_from
from tests.running import RunningService

pytestmark = pytest.mark.browser


@pytest.fixture
def address(service: RunningService, tmp_path: Path) -> Iterator[str]:
    site = (CONFIGURATIONS / "nginx_prefix.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
    with nginx(tmp_path / "nginx", site) as port:
        yield f"http://127.0.0.1:{port}/digits"


def test_the_page_works_under_a_path_prefix(page: Page, address: str) -> None:
    failed: list[str] = []
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    drawing = drawings_from("pointer-events.ndjson.gz", 1)[0]

    open_page(page, address)
    draw(page, drawing)
    wait_for_guess(page)
    page.get_by_role("button", name="Models").or_(page.get_by_role("link", name="Models")).first.click()
    page.locator("#more-cards > summary").click()
    expect(page.locator("#more-cards img").first).to_be_visible(timeout=20_000)

    assert page.url.startswith(f"{address}/")
    assert failed == []


def test_the_docs_send_calls_under_a_path_prefix(page: Page, address: str) -> None:
    page.goto(f"{address}/docs")

    page.get_by_role("button", name="GET /healthz").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table .microlight").first).to_contain_text("ok")
