"""Takes pictures of every view and state of the page, and lays them out on one sheet.

python -m infra.contact_sheet docs/page-views.png
python -m infra.contact_sheet var/views.png --each var/views    also each picture by itself, in full size
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from infra.contact_sheet.sheet import encode, lay_out
from infra.contact_sheet.shots import SHOTS, Shot
from infra.contact_sheet.states import SETTLE_MS, without_service
from infra.harness.clients.chromium import ARGUMENTS, chromium_path
from infra.harness.service_process import RunningService, running_service


def main(arguments: Sequence[str] | None = None) -> None:
    """Starts a service, takes the pictures on its page, and writes the sheet."""
    parser = argparse.ArgumentParser(prog="python -m infra.contact_sheet", description=__doc__)
    parser.add_argument("target", type=Path, help="the sheet, a PNG")
    parser.add_argument("--each", type=Path, help="a folder for the pictures in full size")
    options = parser.parse_args(arguments)
    pictures = _pictures()
    if options.each:
        options.each.mkdir(parents=True, exist_ok=True)
        for number, (title, picture) in enumerate(pictures):
            picture.save(options.each / f"{number:02} {re.sub(r'[^a-z0-9]+', '-', title.lower())}.png")
    options.target.write_bytes(encode(lay_out(pictures)))


def _pictures() -> list[tuple[str, Image.Image]]:
    with (
        tempfile.TemporaryDirectory() as scratch,
        running_service(Path(scratch)) as service,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        taken = [(shot.title, _taken(chromium, service, shot)) for shot in SHOTS]
        # Last: it ends the service.
        offline = Shot("offline", lambda page: without_service(page, service))
        taken.append((offline.title, _taken(chromium, service, offline)))
        chromium.close()
    return taken


def _taken(chromium: Browser, service: RunningService, shot: Shot) -> Image.Image:
    width, height = shot.size
    context = chromium.new_context(
        viewport=ViewportSize(width=width, height=height),
        color_scheme=shot.scheme,
        locale=shot.language,
        forced_colors="active" if shot.forced_colours else "none",
        reduced_motion="reduce",  # nothing moves while its picture is taken
    )
    page = context.new_page()
    page.goto(service.url)
    expect(page.locator("#bars li")).to_have_count(10)
    page.wait_for_function("() => document.body.hasAttribute('data-mode')")
    shot.state(page)
    page.wait_for_timeout(SETTLE_MS)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=shot.whole))).convert("RGB")
    context.close()
    return picture


if __name__ == "__main__":
    main()
