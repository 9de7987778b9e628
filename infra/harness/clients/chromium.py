"""Chromium for tests and trials: an installed one, otherwise Playwright's own download."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from infra.harness.results.rows import CannotRun

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The headless shell first, as Playwright does: the same engine without a desktop browser's parts loads this page with
# half of the processor time.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
)  # fmt: skip
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# On a sandboxed or offline machine nothing may wait for features that are not used.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",  # tests look for the page's English texts
)


@functools.cache
def chromium_path() -> str | None:
    """The executable's path; None if there is none and the download fails."""
    named = os.environ.get("MIDSTROKE_TEST_CHROMIUM")
    installed = named or next(filter(None, map(shutil.which, NAMES)), None)
    if installed:
        return installed
    return str(MAC) if MAC.exists() else _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where none is installed

    try:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=True, capture_output=True, timeout=300
        )
    except (subprocess.SubprocessError, OSError):
        return None
    with sync_playwright() as playwright:
        return str(playwright.chromium.executable_path)


def required_chromium() -> str:
    """Raises:
    CannotRun: there is no Chromium.
    """
    path = chromium_path()
    if path is None:
        raise CannotRun("no Chromium or Chrome is installed, and Playwright could not download one")
    return path


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless browser.

    Raises:
        CannotRun: there is no Chromium.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the service's tests import this module too

    path = required_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
