"""The picture of the page in README.md: one drawing at three of its stages, as a visitor sees it being read.

python -m infra.page_picture docs/page.png
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from infra.chromium import ARGUMENTS, chromium_path
from infra.service_process import running_service
from training.reference import reference_drawings
from training.stages import Line, cut_lines

DIGIT, HAND = 2, 1  # which of the reference drawings
STAGES = (0.3, 0.6, 1.0)
VIEW = ViewportSize(width=860, height=600)
COLOURS = 64  # the page has few: a tenth of the bytes
STEP_MS = 12


def main(target: Path) -> None:
    """Starts a service, draws on its page, and writes the stages side by side."""
    with tempfile.TemporaryDirectory() as scratch, running_service(Path(scratch)) as service:
        shots = _shots(service.url)
    joined = Image.new("RGB", (sum(shot.width for shot in shots), shots[0].height))
    for number, shot in enumerate(shots):
        joined.paste(shot, (number * shot.width, 0))
    joined.quantize(COLOURS).save(target, optimize=True)


def _shots(url: str) -> list[Image.Image]:
    drawing = [drawing for drawing in reference_drawings("judging") if drawing.label == DIGIT][HAND]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        page = chromium.new_page(viewport=VIEW)
        shots = []
        for ink in STAGES:
            page.goto(url)
            expect(page.locator("#state")).to_have_text(re.compile("^live"))
            _draw(page, cut_lines(drawing.lines, ink))
            page.wait_for_timeout(500)  # bars glide
            shots.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        chromium.close()
    return shots


def _draw(page: Page, lines: Sequence[Line]) -> None:
    box = page.locator("#sheet").bounding_box()
    if box is None:
        raise RuntimeError("the page shows no sheet")
    scale = box["width"] / 500
    for line in lines:
        page.mouse.move(box["x"] + scale * float(line[0][0]), box["y"] + scale * float(line[0][1]))
        page.mouse.down()
        for x, y in line[1:]:
            page.mouse.move(box["x"] + scale * float(x), box["y"] + scale * float(y))
            page.wait_for_timeout(STEP_MS)
        page.mouse.up()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
