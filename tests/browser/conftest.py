"""Fixtures: a Chromium for each file of browser tests, a page and a service for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from collector.ink.drawing import Drawing
from tests.chromium import ARGUMENTS, chromium_path
from tests.real_data import drawings_from
from tests.running import RunningService, running_service

SAVE_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"


# Not for the session: Playwright keeps an event loop running in this thread, and other tests run loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        reason = "no Chromium or Chrome is installed, and Playwright could not download its own"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    with running_service(tmp_path / "var") as running:
        yield running


@pytest.fixture(scope="session")
def by_label() -> dict[int | None, Drawing]:
    """A real drawing of each digit."""
    return {d.label: d for d in drawings_from("pendigits-train.ndjson.gz", 400)}


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service for a file whose tests leave nothing on it that another would notice."""
    with running_service(tmp_path_factory.mktemp("shared") / "var") as running:
        yield running


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose errors fail the test that opened it.

    It loads what the test opens, as with a visitor's data saver on. With the mark `loads_ahead` it also loads what may
    be opened later, as with most visitors, which takes twice the processor time.
    """
    # Without a service worker: Playwright routes no request that one answers. `connection/test_kept_page.py` has one.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, service_workers="block")
    if request.node.get_closest_marker("loads_ahead") is None:
        context.add_init_script(SAVE_DATA)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert wrong == []
