"""Draws the stages of a drawing as gray PNGs, which a contribution has to bring along. Python alone, no libraries.

A line is drawn by stamping discs along it, without smooth edges: the service doesn't compare the rim of lines.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

PX_A_SAMPLE = 40  # of ink, as the page takes them
PAPER, INK = 255, 0

Point = Sequence[float]  # x, y and, if known, ms since the drawing began
Stroke = Sequence[Point]


def ink_length(strokes: Sequence[Stroke]) -> float:
    """The length of all lines, px."""
    return sum(math.dist(a[:2], b[:2]) for stroke in strokes for a, b in pairwise(stroke))


def sample_inks(length: float, least: int, most: int) -> list[float]:
    """The ink fractions of a drawing's samples, rising evenly to 1."""
    count = min(max(round(length / PX_A_SAMPLE), least), most)
    return [*(round(step / count, 6) for step in range(1, count)), 1.0]


def cut_at(strokes: Sequence[Stroke], ink: float) -> list[list[tuple[float, float]]]:
    """The beginning of the drawing with this share of its length."""
    left = ink * ink_length(strokes)
    cut: list[list[tuple[float, float]]] = []
    for stroke in strokes:
        if not stroke:
            continue
        kept = [(float(stroke[0][0]), float(stroke[0][1]))]
        cut.append(kept)
        for a, b in pairwise(stroke):
            length = math.dist(a[:2], b[:2])
            if length > left and ink < 1:
                share = left / length
                kept.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
                return cut
            left -= length
            kept.append((float(b[0]), float(b[1])))
    return cut


def draw_png(strokes: Sequence[Stroke], width: int, height: int, pen_width: float) -> bytes:
    """Black lines on white as an 8-bit gray PNG."""
    rows = [bytearray([PAPER]) * width for _ in range(height)]
    radius = pen_width / 2
    for stroke in strokes:
        for a, b in zip(stroke, stroke[1:] or stroke, strict=False):
            steps = max(1, math.ceil(math.dist(a[:2], b[:2])))
            for step in range(steps + 1):
                share = step / steps
                _stamp(rows, a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), radius)
    return _png(rows, width, height)


def _stamp(rows: list[bytearray], x: float, y: float, radius: float) -> None:
    # A pixel is inked if its centre is within the disc.
    for row in range(max(0, math.ceil(y - radius - 0.5)), min(len(rows), math.floor(y + radius - 0.5) + 1)):
        half = math.sqrt(max(0.0, radius**2 - (row + 0.5 - y) ** 2))
        first = max(0, math.ceil(x - half - 0.5))
        end = min(len(rows[row]), math.floor(x + half - 0.5) + 1)
        if end > first:
            rows[row][first:end] = bytes(end - first) if INK == 0 else bytes([INK]) * (end - first)


def _png(rows: list[bytearray], width: int, height: int) -> bytes:
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
