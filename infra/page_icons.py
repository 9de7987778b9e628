"""Draws the page's icons and the picture that is shown where its address is shared.

python -m infra.page_icons frontend/img
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PAPER, DESK, INK, QUIET, ACCENT = "#fbfbfa", "#e9eaeb", "#1b1c1e", "#7f858c", "#b82d06"
SAMPLES = 4  # a side: drawn larger and scaled down, edges are smooth
UNITS = 32  # the favicon's
DRAWN = 23  # units of the 7 that are drawn; the pen is there
PREVIEW = (1200, 630)  # what social networks show whole
PROBABILITIES = (0.01, 0.19, 0.04, 0.03, 0.01, 0.02, 0.01, 0.62, 0.02, 0.05)

Point = tuple[float, float]


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, side, size in (("icon-192", 192, 1.0), ("icon-512", 512, 1.0), ("apple-touch-icon", 180, 1.0)):
        _save(icon(side, size, rounded=name.startswith("icon")), folder / f"{name}.png")
    _save(icon(512, 0.72, rounded=False), folder / "icon-maskable-512.png")
    _save(preview(), folder / "preview.png")


def icon(side: int, size: float, *, rounded: bool) -> Image.Image:
    """The half-drawn 7 on paper; `size` is its share of the icon, as systems cut maskable ones to a circle."""
    whole = side * SAMPLES
    picture = Image.new("RGBA", (whole, whole), (0, 0, 0, 0))
    corner = 6 / UNITS * whole if rounded else 0
    ImageDraw.Draw(picture).rounded_rectangle((0, 0, whole - 1, whole - 1), corner, fill=PAPER)
    unit = whole / UNITS * size
    _draw_seven(picture, ((whole - UNITS * unit) / 2,) * 2, unit)
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def preview() -> Image.Image:
    """The 7, what the model thinks of it, and the name."""
    width, height = (side * SAMPLES for side in PREVIEW)
    picture = Image.new("RGB", (width, height), DESK)
    draw = ImageDraw.Draw(picture)
    scale = SAMPLES
    draw.rounded_rectangle([scale * edge for edge in (60, 60, 570, 570)], 6 * scale, fill=PAPER)
    _draw_seven(picture, (75 * scale, 75 * scale), 15 * scale)
    for digit, probability in enumerate(PROBABILITIES):
        top = (318 + 26 * digit) * scale
        leads = probability == max(PROBABILITIES)
        _write(draw, (640, 309 + 26 * digit), str(digit), 22, ACCENT if leads else QUIET)
        right = (680 + 440 * probability) * scale
        draw.rectangle((680 * scale, top, right, top + 10 * scale), fill=ACCENT if leads else QUIET)
    _write(draw, (640, 70), "Midstroke", 84, INK)
    _write(draw, (640, 180), "Draw a digit.", 38, INK)
    _write(draw, (640, 228), "It is read while you draw.", 38, QUIET)
    return picture.resize(PREVIEW, Image.Resampling.LANCZOS)


def _draw_seven(picture: Image.Image, corner: Point, unit: float) -> None:
    draw = ImageDraw.Draw(picture)
    points = [(corner[0] + x * unit, corner[1] + y * unit) for x, y in _drawn(_seven())]
    radius = 1.8 * unit
    draw.line(points, fill=INK, width=round(2 * radius), joint="curve")
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=INK)
    (x, y), pen = points[-1], 3 * unit
    draw.ellipse((x - pen, y - pen, x + pen, y + pen), fill=ACCENT)


def _seven() -> list[Point]:
    """The favicon's path, `M8 9h15c-4 4-7 9-7 15`."""
    start, one, two, end = (23.0, 9.0), (19.0, 13.0), (16.0, 18.0), (16.0, 24.0)
    curve = []
    for step in range(1, 41):
        t = step / 40
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (
            sum(w * point[axis] for w, point in zip(weights, (start, one, two, end), strict=True)) for axis in (0, 1)
        )
        curve.append((x, y))
    return [(8.0, 9.0), start, *curve]


def _drawn(points: list[Point]) -> list[Point]:
    kept, length = [points[0]], 0.0
    for before, after in pairwise(points):
        length += ((after[0] - before[0]) ** 2 + (after[1] - before[1]) ** 2) ** 0.5
        if length > DRAWN:
            break
        kept.append(after)
    return kept


def _write(draw: ImageDraw.ImageDraw, corner: Point, words: str, size: int, colour: str) -> None:
    place = (corner[0] * SAMPLES, corner[1] * SAMPLES)
    draw.text(place, words, fill=colour, font=ImageFont.load_default(size * SAMPLES))


def _save(picture: Image.Image, target: Path) -> None:
    picture.convert("RGBA").quantize(64, method=Image.Quantize.FASTOCTREE).save(target, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
