"""Strokes to the picture a visitor sees: dark ink on a white canvas, as the page draws it. No encodings in here."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.drawing import Stroke

CANVAS_SIDE = 500  # px, the page's canvas
PEN_WIDTH = 16  # px on that canvas, the page's pen


def draw_strokes(
    strokes: Sequence[Stroke], width: int = CANVAS_SIDE, height: int = CANVAS_SIDE, pen_width: float = PEN_WIDTH
) -> NDArray[np.uint8]:
    """The canvas with these strokes on it, (height, width), 0 is ink and 255 is paper; round caps and joins."""
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    radius = pen_width / 2
    for stroke in strokes:
        line = [(p.x, p.y) for p in stroke.points]
        if len(line) > 1:
            pen.line(line, fill=0, width=max(1, round(pen_width)))
        # A disc at every point rounds both the caps and the joins, and is all there is of a dot.
        for x, y in line:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return np.asarray(image)


def encode_png(canvas: NDArray[np.uint8]) -> bytes:
    """A grayscale canvas (height, width) as an 8-bit PNG."""
    out = io.BytesIO()
    Image.fromarray(canvas).save(out, format="PNG")
    return out.getvalue()
