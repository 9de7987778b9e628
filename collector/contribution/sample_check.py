"""Checks that samples show the strokes they claim to show, within a tolerance that docs/protocol.md states.

A picture that does not show the strokes would train models wrongly, or could carry something that its contributor
never meant to publish. Browsers differ in how they draw a line's rim, so the rim itself is not compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.contribution.contribution import BadContribution, Contribution
from collector.give_way import give_way
from collector.ink.canvas_png import read_canvas
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.png import BadPng
from collector.ink.snapshot import ink_of

RIM_PX = 2.0  # either side of a line's edge, plus
RIM_OF_PEN = 1 / 8  # of the pen's width: joins, caps and curves between points differ by as much
STAGE = 0.05  # of the drawing's length: a client may cut at a point in place of between two
INK_STEP = 16  # of 255: a pixel that differs by more counts as wrong
WRONG_SHARE = 0.001  # of the pixels that may be wrong
MEAN_STEP = 0.5  # of 255: the mean difference that may be; noise over the whole canvas has more
INK_LEAST = 0.5  # of the ink that the strokes make; thin lines are all rim
LEAST_WRONG_PX = 8.0  # on a canvas so small that its share of pixels is none


def check_samples(contribution: Contribution) -> None:
    """Checks every sample; a millisecond each, much of it outside of Python's lock.

    Raises:
        BadContribution: a PNG can't be decoded, or its ink is not that of its strokes.
    """
    inks = [sample.ink for sample in contribution.samples]
    drawing = Drawing(contribution.id, contribution.strokes)
    pen = contribution.pen_width
    rim = RIM_PX + RIM_OF_PEN * pen
    box = _box_of(drawing, contribution.width, contribution.height, pen / 2 + rim)
    most = _cuts(drawing, (ink + STAGE for ink in inks), most=True)
    least = list(_cuts(drawing, (ink - STAGE for ink in inks), most=False))
    stages = zip(
        contribution.samples,
        _stages(most, box, pen + 2 * rim),
        _stages(least, box, pen - 2 * rim),
        _stages(least, box, pen),
        strict=True,
    )
    for step, (sample, allowed, needed, drawn) in enumerate(stages):
        give_way()
        try:
            canvas = read_canvas(sample.png)
        except BadPng as error:
            raise BadContribution(f"sample {step}: {error}") from error
        faults: list[str] = []
        for ink in _readings(canvas):
            fault = _fault(ink, box, allowed, needed, drawn, pen)
            if not fault:
                break
            faults.append(fault)
        else:
            raise BadContribution(f"sample {step} at ink {sample.ink:g} does not show its strokes: {faults[0]}")
        give_way()


class _Box(NamedTuple):
    """A part of the canvas, px; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    def cut(self, canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return canvas[self.top : self.bottom, self.left : self.right]


def _box_of(drawing: Drawing, width: int, height: int, margin: float) -> _Box:
    """The part of the canvas that holds the strokes with this margin; one pixel where they are beside the canvas."""
    left, top, right, bottom = drawing.bounds
    x, y = (min(max(math.floor(edge - margin) - 1, 0), side - 1) for edge, side in ((left, width), (top, height)))
    to_x, to_y = (min(math.ceil(edge + margin) + 2, side) for edge, side in ((right, width), (bottom, height)))
    return _Box(x, y, max(to_x, x + 1), max(to_y, y + 1))


def _fault(
    ink: NDArray[np.uint8],
    box: _Box,
    allowed: NDArray[np.bool_],
    needed: NDArray[np.bool_],
    drawn: NDArray[np.bool_],
    pen: float,
) -> str:
    """Describes how ink and strokes differ; empty within the tolerance. The masks are of the box, the rest is paper."""
    cut = box.cut(ink)
    everywhere = _Ink.of(ink)
    beside = everywhere.without(_Ink.of(cut * allowed))  # a mask is twenty times as fast as picking the pixels out
    if fault := beside.is_too_much(ink.size - int(np.count_nonzero(allowed)), "ink beside them"):
        return fault
    missing = _Ink.of(np.invert(cut) * needed)
    if fault := missing.is_too_much(int(np.count_nonzero(needed)), "ink missing on them"):
        return fault
    # Rasters without antialiasing make a line up to a pixel wider.
    there, expected = everywhere.total // 255, int(np.count_nonzero(drawn) * pen / (pen + 1))
    if there + LEAST_WRONG_PX < INK_LEAST * expected:
        return f"{there} px of ink, expected about {expected}"
    return ""


class _Ink(NamedTuple):
    """The amount of ink: the pixels that have more than INK_STEP, and the sum of all pixels."""

    pixels: int
    total: int

    @classmethod
    def of(cls, ink: NDArray[np.uint8]) -> _Ink:
        return cls(int(np.count_nonzero(ink > INK_STEP)), int(ink.sum(dtype=np.int64)))

    def without(self, part: _Ink) -> _Ink:
        return _Ink(self.pixels - part.pixels, self.total - part.total)

    def is_too_much(self, size: int, what: str) -> str:
        """Describes the excess in an area of `size` pixels that should have no ink; empty within the tolerance."""
        if not size:
            return ""
        allowed = max(LEAST_WRONG_PX, WRONG_SHARE * size)
        if self.pixels > allowed:
            return f"{what} in {self.pixels} px, at most {allowed:.0f}"
        mean = self.total / size
        if mean > MEAN_STEP + 255 * LEAST_WRONG_PX / size:
            return f"{what} of {mean:.2f} of 255 on average, at most {MEAN_STEP}"
        return ""


def _readings(canvas: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The ink, dark on light or light on dark: a drawing along the border hides which of them is the paper."""
    yield ink_of(canvas)
    yield np.invert(canvas)
    yield canvas


def _cuts(drawing: Drawing, inks: Iterator[float], *, most: bool) -> Iterator[Sequence[Stroke]]:
    """The strokes at each stage; of a drawing without length (only dots) clients show all, or one after another."""
    dots = drawing.length == 0
    for ink in inks:
        if ink >= 1 or (dots and most):
            yield drawing.strokes
        elif ink <= 0:
            yield ()
        else:
            yield cut_at_ink(drawing, ink).strokes


def _stages(cuts: Iterable[Sequence[Stroke]], box: _Box, pen: float) -> Iterator[NDArray[np.bool_]]:
    """Masks of a round pen's ink in the box at each stage, (height, width); empty for a pen without width."""
    image = Image.new("L", box.size, 0)
    draw = ImageDraw.Draw(image)
    before: Sequence[Stroke] = ()
    for strokes in cuts:
        if pen > 0:
            # A stage extends the one before; the last stroke of that may have grown, from its last point but one on.
            for number in range(max(len(before) - 1, 0), len(strokes)):
                known = len(before[number].points) if number < len(before) else 0
                _draw(draw, strokes[number].points[max(known - 2, 0) :], pen, box)
        before = strokes
        give_way()
        yield np.asarray(image) > 0


def _draw(draw: ImageDraw.ImageDraw, points: Sequence[Point], pen: float, box: _Box) -> None:
    radius = pen / 2
    places = [(p.x - box.left, p.y - box.top) for p in points]
    for (x, y), (to_x, to_y) in pairwise(places):
        # As a polygon: Pillow's own lines have whole widths and leave gaps when they are short.
        length = math.hypot(to_x - x, to_y - y)
        if length > 0:
            dx, dy = (to_y - y) * radius / length, (x - to_x) * radius / length
            corners = [(x + dx, y + dy), (to_x + dx, to_y + dy), (to_x - dx, to_y - dy), (x - dx, y - dy)]
            draw.polygon(corners, fill=255)
    for x, y in places:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
