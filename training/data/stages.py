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
from collector.ink.ink20_2 import PLACE_SIDE, cells_around, scaled_place
from collector.ink.path import lines_to_path48
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH
from collector.ink.snapshot import GRID, MIN_CONTRAST, Ink20, Place, place_of
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


def stage_arrays(
    encoding: Encoding, lines: Lines, canvas: Canvas, fractions: Sequence[float], picture_side: int | None = None
) -> Compact:
    """Snapshots of the drawing at rising ink fractions, one row each (`collector.ink.encodings.INPUT_SPECS` names
    them).

    All lengths are on a canvas whose longer side is 500. With `picture_side`, px, the pictures of `ink20` are shrunk
    to that longer side first, as people send them.
    """
    lines, canvas = _on_page_canvas(lines, canvas)
    if encoding == "path48":
        return _path_arrays(lines, canvas, fractions)
    pictures = _pictures(lines, canvas, fractions)
    if encoding == "canvas20":
        return {"cells": np.stack([_canvas20(picture) for picture in pictures])}
    bounds = _bounds(lines, canvas)
    if picture_side is None or picture_side >= PLACE_SIDE:
        snapshots = [_ink20(picture, bounds) for picture in pictures]
    else:
        snapshots = [_shrunk_ink20(picture, bounds, picture_side) for picture in pictures]
    return {
        "cells": np.stack([snapshot.cells for snapshot in snapshots]),
        "place": np.array([snapshot.place.as_tuple() for snapshot in snapshots], np.uint16),
    }


def _on_page_canvas(lines: Lines, canvas: Canvas) -> tuple[Lines, Canvas]:
    longer = max(canvas.width, canvas.height)
    if longer == PLACE_SIDE:
        return lines, canvas
    scale = PLACE_SIDE / longer
    width, height = (max(1, round(side * scale)) for side in (canvas.width, canvas.height))
    return [line * scale for line in lines], Canvas(width, height, canvas.pen_width * scale)


def _path_arrays(lines: Lines, canvas: Canvas, fractions: Sequence[float]) -> Compact:
    paths = [lines_to_path48(cut_lines(lines, f), canvas.width, canvas.height) for f in fractions]
    size = np.array([canvas.width, canvas.height], np.uint16)
    return {
        "points": np.stack([path.points for path in paths]),
        "starts": np.stack([path.starts for path in paths]),
        "canvas": np.tile(size, (len(paths), 1)),
    }


def drawn_canvases(lines: Lines, canvas: Canvas, fractions: Sequence[float]) -> Iterator[NDArray[np.uint8]]:
    """The canvas, (height, width), at rising ink fractions; 0 is ink and 255 is paper."""
    for picture in _pictures(lines, canvas, fractions):
        yield 255 - np.asarray(picture)


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


def _bounds(lines: Lines, canvas: Canvas) -> tuple[int, int, int, int]:
    """A box on the canvas that holds all ink of the lines: left, top, right, bottom."""
    points = np.concatenate(lines)
    reach = canvas.pen_width / 2 + 2
    left, top = np.maximum(np.floor(points.min(axis=0) - reach), 0).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0) + reach).astype(int).tolist()
    return left, top, max(min(right, canvas.width), left), max(min(bottom, canvas.height), top)


def _ink20(picture: Image.Image, bounds: tuple[int, int, int, int]) -> Ink20:
    """`collector.ink.ink20_2` for a picture of full ink alone, all of it within the bounds."""
    part = picture.crop(bounds)
    left, top, right, bottom = part.getbbox() or (0, 0, 0, 0)
    if right <= left:
        return Ink20(np.zeros((GRID, GRID), np.uint8), scaled_place(Place(*picture.size, 0, 0, 0, 0)))
    x, y = bounds[:2]
    box = Place(*picture.size, x + left, y + top, x + right, y + bottom)
    cells = cells_around(np.asarray(part)[top:bottom, left:right], box, left=box.x0, top=box.y0)
    return Ink20(cells, scaled_place(box))


def _shrunk_ink20(picture: Image.Image, bounds: tuple[int, int, int, int], side: int) -> Ink20:
    """`collector.ink.ink20_2` for the picture shrunk to a longer side of `side` px; all ink is within the bounds."""
    scale = max(picture.size) / side
    width, height = (max(1, round(length / scale)) for length in picture.size)
    across, down = picture.width / width, picture.height / height
    left, top = int(bounds[0] / across), int(bounds[1] / down)
    right, bottom = math.ceil(bounds[2] / across), math.ceil(bounds[3] / down)
    part = np.asarray(
        picture.resize(
            (max(right - left, 1), max(bottom - top, 1)),
            Image.Resampling.BOX,
            (left * across, top * down, min(right * across, picture.width), min(bottom * down, picture.height)),
        )
    )
    strongest = int(part.max())
    nothing = Place(width, height, 0, 0, 0, 0)
    if strongest < MIN_CONTRAST:
        return Ink20(np.zeros((GRID, GRID), np.uint8), scaled_place(nothing))
    ink = ((part * np.uint32(255) + np.uint32(strongest // 2)) // np.uint32(strongest)).astype(np.uint8)
    found = place_of(ink)
    box = Place(width, height, left + found.x0, top + found.y0, left + found.x1, top + found.y1)
    return Ink20(cells_around(ink, box, left, top), scaled_place(box))


def _canvas20(picture: Image.Image) -> NDArray[np.uint8]:
    block = -(-max(picture.size) // GRID)
    return np.asarray(picture.crop((0, 0, GRID * block, GRID * block)).reduce(block))
