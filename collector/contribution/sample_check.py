"""Checks that samples show the strokes they claim to show, within a tolerance that docs/protocol.md states.

A picture that does not show the strokes would train models wrongly, or could carry something that its contributor
never meant to publish. Browsers differ in how they draw a line's rim, so the rim itself is not compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.contribution.contribution import BadContribution, Contribution
from collector.ink.canvas_png import read_canvas
from collector.ink.drawing import Drawing, Stroke, cut_at_ink
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
    """Checks every sample; some milliseconds each, mostly outside of Python's lock.

    Raises:
        BadContribution: a PNG can't be decoded, or its ink is not that of its strokes.
    """
    inks = [sample.ink for sample in contribution.samples]
    drawing = Drawing(contribution.id, contribution.strokes)
    size, pen = (contribution.width, contribution.height), contribution.pen_width
    rim = RIM_PX + RIM_OF_PEN * pen
    widest = _stages(_cuts(drawing, (ink + STAGE for ink in inks), most=True), size, pen + 2 * rim)
    least = [_cuts(drawing, (ink - STAGE for ink in inks), most=False) for _ in range(2)]
    core = _stages(least[0], size, pen - 2 * rim)
    thin = _stages(least[1], size, pen)
    for step, (sample, allowed, needed, drawn) in enumerate(zip(contribution.samples, widest, core, thin, strict=True)):
        try:
            canvas = read_canvas(sample.png)
        except BadPng as error:
            raise BadContribution(f"sample {step}: {error}") from error
        faults: list[str] = []
        for ink in _readings(canvas):
            fault = _fault(ink, allowed, needed, drawn, pen)
            if not fault:
                break
            faults.append(fault)
        else:
            raise BadContribution(f"sample {step} at ink {sample.ink:g} does not show its strokes: {faults[0]}")


def _fault(
    ink: NDArray[np.uint8], allowed: NDArray[np.bool_], needed: NDArray[np.bool_], drawn: NDArray[np.bool_], pen: float
) -> str:
    """How the ink differs from the strokes; empty within the tolerance."""
    if fault := _too_different(ink, ~allowed, "ink beside them"):
        return fault
    if fault := _too_different(np.invert(ink), needed, "ink missing on them"):
        return fault
    # Rasters without antialiasing make a line up to a pixel wider.
    there, expected = int(ink.sum(dtype=np.int64)) // 255, int(np.count_nonzero(drawn) * pen / (pen + 1))
    if there + LEAST_WRONG_PX < INK_LEAST * expected:
        return f"{there} px of ink, expected about {expected}"
    return ""


def _too_different(difference: NDArray[np.uint8], where: NDArray[np.bool_], what: str) -> str:
    size = int(np.count_nonzero(where))
    if not size:
        return ""
    masked = difference * where  # twenty times as fast as picking the pixels out
    wrong = int(np.count_nonzero(masked > INK_STEP))
    allowed = max(LEAST_WRONG_PX, WRONG_SHARE * size)
    if wrong > allowed:
        return f"{what} in {wrong} px, at most {allowed:.0f}"
    mean = float(masked.sum(dtype=np.int64)) / size
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


def _stages(cuts: Iterator[Sequence[Stroke]], size: tuple[int, int], pen: float) -> Iterator[NDArray[np.bool_]]:
    """Where a round pen of this width leaves ink at each stage, (height, width); nowhere without width."""
    image = Image.new("L", size, 0)
    draw = ImageDraw.Draw(image)
    before: Sequence[Stroke] = ()
    for strokes in cuts:
        if pen > 0:
            # A stage extends the one before; the last stroke of that may have grown.
            for stroke in strokes[max(len(before) - 1, 0) :]:
                _draw(draw, stroke, pen)
        before = strokes
        yield np.asarray(image) > 0


def _draw(draw: ImageDraw.ImageDraw, stroke: Stroke, pen: float) -> None:
    radius = pen / 2
    points = [(p.x, p.y) for p in stroke.points]
    for (x, y), (to_x, to_y) in pairwise(points):
        # As a polygon: Pillow's own lines have whole widths and leave gaps when they are short.
        length = math.hypot(to_x - x, to_y - y)
        if length > 0:
            dx, dy = (to_y - y) * radius / length, (x - to_x) * radius / length
            corners = [(x + dx, y + dy), (to_x + dx, to_y + dy), (to_x - dx, to_y - dy), (x - dx, y - dy)]
            draw.polygon(corners, fill=255)
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
