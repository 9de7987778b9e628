"""The API docs in a real browser, under their content security policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.running import RunningService

pytestmark = pytest.mark.browser


def test_the_docs_list_the_calls_and_can_send_one(page: Page, service: RunningService) -> None:
    page.goto(f"{service.url}/docs")

    page.get_by_role("button", name="GET /healthz").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table .microlight").first).to_contain_text("ok")
