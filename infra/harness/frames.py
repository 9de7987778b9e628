"""Snapshot frames to load the service with: drawings at all their stages. Nothing is sent in here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from collector.ink.drawing import Point, Stroke
from collector.ink.path import lines_to_path48, pack_path48
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import pack_ink20, to_ink20
from service.wire.protocol import FRAME_ENCODINGS, HEADER, VERSION
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings
from training.data.reference import reference_drawings
from training.data.stages import Line, cut_lines

Sent = Literal["ink20", "path48"]

STAGES = tuple(k / 10 for k in range(1, 11))
HANDS = 10  # of the reference drawings: a hundred drawings of ten stages


def make_frames(sent: Sent, count: int, files: Sequence[Path] = ()) -> list[bytes]:
    """`count` frames of this encoding at rising ink fractions, drawing after drawing; `seq` is 0 in all of them."""
    number = next(number for number, name in FRAME_ENCODINGS.items() if name == sent)
    head = HEADER.pack(VERSION, number, 0, 1, 0, 0)
    return [head + payload for payload in islice(_payloads(sent, files), count)]


def _payloads(sent: Sent, files: Sequence[Path]) -> Iterator[bytes]:
    for drawing in _drawings(files):
        for ink in STAGES:
            yield _payload(sent, drawing, cut_lines(drawing.lines, ink))


def _drawings(files: Sequence[Path]) -> Iterator[LabelledDrawing]:
    if not files:
        yield from reference_drawings("validation", HANDS)
    for file in files:
        yield from read_drawings(file)


def _payload(sent: Sent, drawing: LabelledDrawing, lines: Sequence[Line]) -> bytes:
    canvas = drawing.canvas
    if sent == "path48":
        return pack_path48(lines_to_path48(lines, canvas.width, canvas.height))
    strokes = [Stroke(tuple(Point(float(x), float(y)) for x, y in line)) for line in lines]
    return pack_ink20(to_ink20(draw_strokes(strokes, canvas.width, canvas.height, canvas.pen_width)))
