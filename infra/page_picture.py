"""Takes the picture of the page in README.md: one drawing at three of its stages, with its predictions.

python -m infra.page_picture docs/page.png
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize, expect, sync_playwright

from infra.harness.clients.chromium import ARGUMENTS, chromium_path
from infra.harness.clients.mouse import draw_stroke
from infra.harness.data.drawings import strokes_of
from infra.harness.service_process import running_service
from training.data.generated.reference import reference_drawings
from training.data.stages import cut_lines

DIGIT, HAND = 2, 1  # which of the reference drawings
STAGES = (0.3, 0.6, 1.0)
VIEW = ViewportSize(width=860, height=700)
COLOURS = 64  # the page has few


def main(target: Path) -> None:
    """Starts a service, draws on its page, and writes the stages side by side."""
    with tempfile.TemporaryDirectory() as scratch, running_service(Path(scratch)) as service:
        shots = _shots(service.url)
    joined = Image.new("RGB", (sum(shot.width for shot in shots), shots[0].height))
    for number, shot in enumerate(shots):
        joined.paste(shot, (number * shot.width, 0))
    joined.quantize(COLOURS).save(target, optimize=True)


def _shots(url: str) -> list[Image.Image]:
    drawing = [drawing for drawing in reference_drawings("validation") if drawing.label == DIGIT][HAND]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        shots = []
        for ink in STAGES:
            page = chromium.new_context(viewport=VIEW).new_page()  # the page keeps a draft over a reload
            page.goto(url)
            expect(page.locator("#state")).to_have_text(re.compile("^live"))
            for stroke in strokes_of(cut_lines(drawing.lines, ink)):
                draw_stroke(page, stroke)
            page.wait_for_timeout(500)  # bars glide
            shots.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        chromium.close()
    return shots


if __name__ == "__main__":
    main(Path(sys.argv[1]))
