"""Draws strokes as dark ink on a white canvas, as the page does, and encodes canvases as PNG."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.ink.drawing import Stroke
from collector.ink.png import IHDR, SIGNATURE, pack_chunk

CANVAS_SIDE = 500  # px, the page's canvas
PEN_WIDTH = 16  # px on that canvas, the page's pen


def page_pen(width: int, height: int) -> float:
    """The page's pen on a canvas of another size, px."""
    return PEN_WIDTH * max(width, height) / CANVAS_SIDE


def draw_strokes(
    strokes: Sequence[Stroke], width: int = CANVAS_SIDE, height: int = CANVAS_SIDE, pen_width: float = PEN_WIDTH
) -> NDArray[np.uint8]:
    """The canvas with these strokes on it, (height, width), 0 is ink and 255 is paper; round caps and joins."""
    return next(draw_stages([strokes], width, height, pen_width))


def draw_stages(
    stages: Iterable[Sequence[Stroke]],
    width: int = CANVAS_SIDE,
    height: int = CANVAS_SIDE,
    pen_width: float = PEN_WIDTH,
) -> Iterator[NDArray[np.uint8]]:
    """The canvas at each stage of one drawing, as `draw_strokes`; each stage extends the one before.

    Only the added part is drawn, so that ten stages cost little more than the last.
    """
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    drawn: Sequence[Stroke] = ()
    for strokes in stages:
        for line in _added(drawn, strokes):
            _draw_line(pen, line, pen_width)
        drawn = strokes
        yield np.array(image)


def _added(drawn: Sequence[Stroke], strokes: Sequence[Stroke]) -> Iterator[list[tuple[float, float]]]:
    """The lines that a later stage adds to an earlier one, whose last stroke may have been cut anywhere."""
    whole = max(len(drawn) - 1, 0)
    for i, stroke in enumerate(strokes[whole:], start=whole):
        # The cut interpolated the last point; the line to the next real one begins at the point before.
        begin = max(len(drawn[i].points) - 2, 0) if i < len(drawn) else 0
        yield [(p.x, p.y) for p in stroke.points[begin:]]


def _draw_line(pen: ImageDraw.ImageDraw, line: list[tuple[float, float]], pen_width: float) -> None:
    radius = pen_width / 2
    if len(line) > 1:
        pen.line(line, fill=0, width=max(1, round(pen_width)))
    # A disc at every point rounds the caps and the joins, and is the whole of a dot.
    for x, y in line:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)


def encode_png(canvas: NDArray[np.uint8]) -> bytes:
    """A grayscale canvas (height, width) as an 8-bit PNG."""
    out = io.BytesIO()
    Image.fromarray(canvas).save(out, format="PNG")
    return out.getvalue()


def encode_ink_png(canvas: NDArray[np.uint8]) -> bytes:
    """A canvas of ink and paper alone (below 128, and the rest) as a PNG of 1 bit a pixel; ten times quicker."""
    height, width = canvas.shape
    head = IHDR.pack(width, height, 1, 0, 0, 0, 0)  # 1 bit, gray, deflate, filters, not interlaced
    # Each row begins with its filter's number, 0: none.
    rows = np.pad(np.packbits(canvas > 127, axis=1), ((0, 0), (1, 0)))
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    return SIGNATURE + b"".join(pack_chunk(kind, data) for kind, data in chunks)
