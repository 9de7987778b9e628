"""Where a Chromium is: one that is installed, else Playwright's own download, else none."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# A sandboxed or networkless machine must not make the tests wait for what they don't use.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@functools.cache
def chromium_path() -> str | None:
    """The executable's path, or None where there is none to be had."""
    named = os.environ.get("MIDSTROKE_TEST_CHROMIUM")
    installed = named or next(filter(None, map(shutil.which, NAMES)), None)
    if installed:
        return installed
    return str(MAC) if MAC.exists() else _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where none is installed

    try:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=True, capture_output=True, timeout=300
        )
    except (subprocess.SubprocessError, OSError):
        return None
    with sync_playwright() as playwright:
        return str(playwright.chromium.executable_path)
