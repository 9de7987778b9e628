"""Removes what is not the drawing from the ink of a picture: a frame at the edge, ruled lines, specks away from it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector.ink.snapshot import INK_LEVEL

LINE_LEVEL = 40  # of 255: ink of a line; ruled lines are often pale
STRONGER = 40  # of 255: by which a stroke that crosses a paler line is
STRONG = 200  # of 255: ink that may be a stroke's, however dark the line
RIM_LEVEL = 16  # of 255: the rim of a removed line, which goes with it

# Of the picture's side.
FRAME_BAND = 0.1  # where a frame lies
FRAME_COVER = 0.8  # of a side that a frame's line covers
THIN_FRAME = 0.02  # an empty frame is no digit; a thicker one may be a square zero
LINE_COVER = 0.6  # of a row that a ruled line covers
WHOLE_LINE = 0.95  # covered by one or two lines that are taken for ruled ones
LINE_WIDTH = 0.03
LINE_OVERHANG = 0.04  # by which ruled lines reach beyond the drawing
MANY_LINES = 3

# Of specks. Parts of a drawing are nearer to each other than a cell, or larger.
CELLS = 64  # a side
SPECK_MASS = 0.05  # of the largest part's ink
SPECK_AREA = 0.6  # of the pen's square: a second stroke begins with a dot
APART = 4  # cells: a second stroke begins nearer
APART_MASS = 0.025  # of the largest part's ink
FAR = 0.35  # of the largest part's longer side: there, nothing small belongs to the drawing
FAR_MASS = 0.12  # of the largest part's ink
LONGEST_SPECK = 0.05  # of the picture's side

Ink = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def without_marks(ink: Ink) -> Ink:
    """The ink (height, width) without marks; the same array where there are none."""
    lined = ink >= LINE_LEVEL
    height, width = ink.shape
    in_rows, in_columns = np.count_nonzero(lined, axis=1), np.count_nonzero(lined, axis=0)
    if in_rows.max() >= LINE_COVER * width or in_columns.max() >= LINE_COVER * height:
        ink = _without_lines(_without_frame(ink, in_rows, in_columns))
    inked = ink >= INK_LEVEL
    # A speck that widens the box leaves blank rows or columns between the digit and itself; others do no harm.
    if any(_has_gap(np.asarray(inked.any(axis=axis))) for axis in (0, 1)):
        ink = _without_specks(ink, inked)
    return ink


def _has_gap(inked: Mask) -> bool:
    places = np.flatnonzero(inked)
    return len(places) > 0 and int(places[-1] - places[0]) >= len(places)


def _without_frame(ink: Ink, in_rows: NDArray[np.intp], in_columns: NDArray[np.intp]) -> Ink:
    height, width = ink.shape
    top, bottom = _edge(in_rows, width), height - _edge(in_rows[::-1], width)
    left, right = _edge(in_columns, height), width - _edge(in_columns[::-1], height)
    sides = (top > 0, bottom < height, left > 0, right < width)
    if sum(sides) < 3:
        return ink
    inner = np.zeros_like(ink)
    inner[top:bottom, left:right] = ink[top:bottom, left:right]
    if (inner >= INK_LEVEL).any() or _frame_width(in_rows, width) <= max(2, THIN_FRAME * height):
        return inner
    return ink


def _edge(counts: NDArray[np.intp], length: int) -> int:
    """The first row behind a frame's line at the picture's edge; 0 without one."""
    band = min(max(2, round(FRAME_BAND * len(counts))), len(counts))
    covered = np.flatnonzero(counts[:band] >= FRAME_COVER * length)
    if len(covered) == 0:
        return 0
    end = int(covered[-1]) + 1
    # The rim of the line. A full row behind it is the stroke of a trimmed digit, which is no frame.
    end = next((row for row in range(end, min(end + 3, band)) if counts[row] < length / 2), end)
    return end if counts[min(end, len(counts) - 1)] < length / 2 else 0


def _frame_width(counts: NDArray[np.intp], length: int) -> int:
    band = max(2, round(FRAME_BAND * len(counts)))
    return int(np.count_nonzero(counts[:band] >= FRAME_COVER * length))


@dataclass(frozen=True, slots=True)
class _Line:
    """Rows `first` to `last` that a line from `start` to `end` covers."""

    first: int
    last: int
    start: int
    end: int


def _without_lines(ink: Ink) -> Ink:
    across, down = list(_lines(ink)), list(_lines(ink.T))
    if not across and not down:
        return ink
    rest = ink.copy()
    _erase(rest, across)
    _erase(rest.T, down)
    many = max(len(across), len(down)) >= MANY_LINES
    inked = rest >= INK_LEVEL
    if not inked.any():
        return rest if many else ink
    if all(_is_ruled(lines, mask, many) for lines, mask in ((across, inked), (down, inked.T))):
        return rest
    return ink


def _is_ruled(lines: list[_Line], rest: Mask, many: bool) -> bool:
    """True if the lines are of the paper: they reach beyond what else is drawn, which a digit's own strokes don't."""
    if not lines:
        return True
    length = rest.shape[1]
    drawn = np.flatnonzero(rest.any(axis=0))
    start, end = min(line.start for line in lines), max(line.end for line in lines)
    before, after = drawn[0] - start >= LINE_OVERHANG * length, end - drawn[-1] > LINE_OVERHANG * length
    if many:
        return bool(before or after)
    whole = all(line.end - line.start >= WHOLE_LINE * length for line in lines)
    return whole and bool(before and after)


def _lines(ink: Ink) -> Iterator[_Line]:
    """Thin horizontal lines that cover most of the width."""
    height, width = ink.shape
    lined = ink >= LINE_LEVEL
    covered = np.count_nonzero(lined, axis=1) >= LINE_COVER * width
    edges = np.flatnonzero(np.diff(np.concatenate([[False], covered, [False]])))
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if after - first <= max(2, LINE_WIDTH * height):
            columns = np.flatnonzero(lined[first:after].any(axis=0))
            yield _Line(first, after - 1, int(columns[0]), int(columns[-1]) + 1)


def _erase(ink: Ink, lines: list[_Line]) -> None:
    """Takes the lines out in place; strokes that cross them stay, as ink above and below shows."""
    height, width = ink.shape
    for line in lines:
        first, last = line.first, line.last
        while first > 0 and np.count_nonzero(ink[first - 1] >= RIM_LEVEL) >= LINE_COVER * width:
            first -= 1
        while last < height - 1 and np.count_nonzero(ink[last + 1] >= RIM_LEVEL) >= LINE_COVER * width:
            last += 1
        thickness = last - first + 1
        if thickness > max(4, 2 * LINE_WIDTH * height):
            first, last, thickness = line.first, line.last, line.last - line.first + 1
        reach = -(-thickness // 2)  # a slanting stroke crosses the line at another column than it enters
        above = _widened(ink[first - 1], reach) if first > 0 else np.zeros(width, np.uint8)
        below = _widened(ink[last + 1], reach) if last < height - 1 else np.zeros(width, np.uint8)
        crossing = np.minimum(above, below)
        # Where a line crosses this one, ink above and below is no stronger than its own.
        level = float(np.median(ink[line.first : line.last + 1, line.start : line.end]))
        crossing[crossing < min(level + STRONGER, STRONG)] = 0
        np.minimum(ink[first : last + 1], crossing, out=ink[first : last + 1])


def _widened(row: Ink, reach: int) -> Ink:
    padded = np.pad(row, reach)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


@dataclass(frozen=True, slots=True)
class _Part:
    """Connected cells, their ink (full pixels) and box (cells, the last exclusive)."""

    cells: tuple[tuple[int, int], ...]
    mass: float
    y0: int
    x0: int
    y1: int
    x1: int

    @property
    def extent(self) -> int:
        return max(self.y1 - self.y0, self.x1 - self.x0)

    def distance(self, other: _Part) -> int:
        """Cells between the boxes along the axis on which they are farther apart."""
        return max(self.y0 - other.y1, other.y0 - self.y1, self.x0 - other.x1, other.x0 - self.x1)


def _without_specks(ink: Ink, inked: Mask) -> Ink:
    height, width = ink.shape
    cell = -(-max(height, width) // CELLS)
    parts = _parts(ink, inked, cell)
    main = max(parts, key=lambda part: part.mass)
    pen = _pen_width(inked)
    specks = [part for part in parts if part is not main and _is_speck(part, main, pen, cell)]
    if not specks:
        return ink
    cleaned = ink.copy()
    for part in specks:
        for y, x in part.cells:
            # With its rim, which may lie in the next cells.
            cleaned[max(0, y * cell - 1) : (y + 1) * cell + 1, max(0, x * cell - 1) : (x + 1) * cell + 1] = 0
    return cleaned


def _is_speck(part: _Part, main: _Part, pen: float, cell: int) -> bool:
    extent = (part.extent - 2) * cell  # at least: it may only touch its outermost cells
    distance = part.distance(main)
    if distance >= APART:
        most = FAR_MASS if distance >= FAR * main.extent else APART_MASS
        return part.mass <= most * main.mass and extent <= max(2 * pen, LONGEST_SPECK * CELLS * cell)
    return part.mass <= min(SPECK_MASS * main.mass, SPECK_AREA * pen * pen) and extent <= 2 * pen


def _pen_width(inked: Mask) -> float:
    """About the width of the strokes, px: their area by their length, which is as a line's is when it runs all ways."""
    rises = np.count_nonzero(inked[:, 1:] & ~inked[:, :-1]) + np.count_nonzero(inked[:, 0])
    falls = np.count_nonzero(inked[1:] & ~inked[:-1]) + np.count_nonzero(inked[0])
    return float(np.count_nonzero(inked) / max((rises + falls) * math.pi / 4, 1))


def _parts(ink: Ink, inked: Mask, cell: int) -> list[_Part]:
    """The parts of the ink, of cells that touch, be it by a corner."""
    height, width = ink.shape
    padding = ((0, -height % cell), (0, -width % cell))
    blocks = np.pad(np.where(inked, ink, 0).astype(np.uint8), padding)
    rows, columns = blocks.shape[0] // cell, blocks.shape[1] // cell
    mass = blocks.reshape(rows, cell, columns, cell).sum(axis=(1, 3), dtype=np.int64) / 255
    left = set(zip(*(places.tolist() for places in np.nonzero(mass)), strict=True))
    parts = []
    while left:
        waiting = [left.pop()]
        cells = []
        while waiting:
            y, x = waiting.pop()
            cells.append((y, x))
            for beside in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                if beside in left:
                    left.remove(beside)
                    waiting.append(beside)
        ys, xs = [y for y, _ in cells], [x for _, x in cells]
        total = float(sum(mass[y, x] for y, x in cells))
        parts.append(_Part(tuple(cells), total, min(ys), min(xs), max(ys) + 1, max(xs) + 1))
    return parts
