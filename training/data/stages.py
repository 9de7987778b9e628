"""Makes snapshots of a drawing at several stages, as compact arrays; draws the strokes once for all stages.

Training makes hundreds of thousands of snapshots. The result equals that of `collector.ink.raster` and
`collector.ink.snapshot`, which would draw and read the canvas again for every stage.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.ink.drawing import Stroke
from collector.ink.encodings import Encoding
from collector.ink.path import lines_to_path48
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH
from collector.ink.snapshot import GRID, MIN_BLOCK
from training.data.augmentation.geometry import running_length

Line = NDArray[np.float64]  # one stroke, (points, 2), canvas px
Lines = Sequence[Line]
Compact = dict[str, NDArray[np.generic]]  # a model's inputs by name, in the smallest type that holds them

THIN_PX = 2.0  # tablets report points far closer than a pen of 6 px can show


@dataclass(frozen=True, slots=True)
class Canvas:
    """Canvas and pen, px."""

    width: int = CANVAS_SIDE
    height: int = CANVAS_SIDE
    pen_width: float = PEN_WIDTH


def lines_of(strokes: Sequence[Stroke]) -> list[Line]:
    return [np.array([(p.x, p.y) for p in stroke.points], np.float64) for stroke in strokes]


def cut_lines(lines: Lines, ink_fraction: float) -> list[Line]:
    """`collector.ink.drawing.cut_at_ink` on arrays."""
    runs = [running_length(line) for line in lines]
    total = float(sum(run[-1] for run in runs))
    if ink_fraction >= 1:
        return list(lines)
    if total == 0:
        return list(lines[: max(1, math.ceil(ink_fraction * len(lines)))])
    return _pieces(lines, runs, 0.0, ink_fraction * total)


def _pieces(lines: Lines, runs: Sequence[NDArray[np.float64]], start: float, end: float) -> list[Line]:
    """The ink drawn while the length grew from `start` to `end`."""
    pieces = []
    before = 0.0
    for line, run in zip(lines, runs, strict=True):
        a, b = max(start - before, 0.0), min(end - before, run[-1])
        before += run[-1]
        if b < a or (run[-1] > 0 and b <= 0):
            continue
        pieces.append(_part(line, run, a, b))
    return pieces


def _part(line: Line, run: NDArray[np.float64], a: float, b: float) -> Line:
    """The stroke from length `a` to length `b`, its ends interpolated."""
    if a <= 0 and b >= run[-1]:
        return line
    inner = line[(run > a) & (run < b)]
    ends = np.stack([np.interp((a, b), run, line[:, 0]), np.interp((a, b), run, line[:, 1])], axis=1)
    return np.concatenate([ends[:1], inner, ends[1:]])


def stage_arrays(encoding: Encoding, lines: Lines, canvas: Canvas, fractions: Sequence[float]) -> Compact:
    """Snapshots of the drawing at rising ink fractions, one row each (`collector.ink.encodings.INPUT_SPECS` names
    them).
    """
    if encoding == "path48":
        return _path_arrays(lines, canvas, fractions)
    shrunk = [_ink20(picture) if encoding == "ink20" else _canvas20(picture)
              for picture in _pictures(lines, canvas, fractions)]  # fmt: skip
    return {name: np.stack([row[name] for row in shrunk]) for name in shrunk[0]}


def _path_arrays(lines: Lines, canvas: Canvas, fractions: Sequence[float]) -> Compact:
    paths = [lines_to_path48(cut_lines(lines, f), canvas.width, canvas.height) for f in fractions]
    size = np.array([canvas.width, canvas.height], np.uint16)
    return {
        "points": np.stack([path.points for path in paths]),
        "starts": np.stack([path.starts for path in paths]),
        "canvas": np.tile(size, (len(paths), 1)),
    }


def _pictures(lines: Lines, canvas: Canvas, fractions: Sequence[float]) -> Iterator[Image.Image]:
    """Yields the same picture at each fraction as it gains ink; ink is 255."""
    picture = Image.new("L", (canvas.width, canvas.height), 0)
    pen = ImageDraw.Draw(picture)
    runs = [running_length(line) for line in lines]
    total = float(sum(run[-1] for run in runs))
    drawn = 0.0
    for f in fractions:
        if total == 0:
            pieces = cut_lines(lines, f)
        else:
            pieces = _pieces(lines, runs, drawn, f * total if f < 1 else math.inf)
            drawn = f * total
        for piece in pieces:
            _draw(pen, piece, canvas.pen_width)
        yield picture


def _draw(pen: ImageDraw.ImageDraw, line: Line, pen_width: float) -> None:
    """Like `collector.ink.raster.draw_strokes`, with ink 255."""
    radius = pen_width / 2
    points = [(x, y) for x, y in thin(line).tolist()]
    if len(points) > 1:
        pen.line(points, fill=255, width=max(1, round(pen_width)))
    for x, y in points:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def thin(line: Line, spacing: float = THIN_PX) -> Line:
    """The stroke with at most one point in each `spacing` px of its length; keeps both ends."""
    if len(line) < 3:
        return line
    cell = np.floor(running_length(line) / spacing)
    keep = np.ones(len(line), np.bool_)
    keep[1:-1] = cell[1:-1] != cell[:-2]
    return line[keep]


def _ink20(picture: Image.Image) -> dict[str, NDArray[np.generic]]:
    x0, y0, x1, y1 = picture.getbbox() or (0, 0, 0, 0)
    block = max(MIN_BLOCK, (max(x1 - x0, y1 - y0) + 15) // 16)
    side = GRID * block
    left, top = (x0 + x1 - side) // 2, (y0 + y1 - side) // 2
    cells = np.asarray(picture.crop((left, top, left + side, top + side)).reduce(block))
    return {"cells": cells, "place": np.array([picture.width, picture.height, x0, y0, x1, y1], np.uint16)}


def _canvas20(picture: Image.Image) -> dict[str, NDArray[np.generic]]:
    block = -(-max(picture.size) // GRID)
    return {"cells": np.asarray(picture.crop((0, 0, GRID * block, GRID * block)).reduce(block))}
