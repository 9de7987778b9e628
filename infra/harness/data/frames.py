"""Snapshot frames of drawings at all their stages. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from collector.ink.path import lines_to_path48, pack_path48
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import pack_ink20, to_ink20
from infra.harness.data.drawings import strokes_of
from service.wire.messages import FrameEncoding
from service.wire.protocol import FRAME_ENCODINGS, HEADER, VERSION
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing
from training.data.drawing_files import read_drawings
from training.data.generated.reference import reference_drawings
from training.data.stages import Lines, cut_lines

Sent = Literal["ink20", "path48"]

HANDS = 10  # of the reference drawings: a hundred drawings of ten stages


def make_frames(sent: Sent, count: int, files: Sequence[Path] = ()) -> list[bytes]:
    """`count` frames of this encoding at rising ink fractions, drawing after drawing; `seq` is 0 in all of them."""
    return [frame_of(sent, payload) for payload in islice(_payloads(sent, files), count)]


def frame_of(encoding: FrameEncoding, payload: bytes, drawing: int = 1, seq: int = 0) -> bytes:
    number = next(number for number, name in FRAME_ENCODINGS.items() if name == encoding)
    return HEADER.pack(VERSION, number, 0, drawing, seq, 0) + payload


def _payloads(sent: Sent, files: Sequence[Path]) -> Iterator[bytes]:
    for drawing in _drawings(files):
        for ink in EVALUATION_STAGES:
            yield _payload(sent, drawing, cut_lines(drawing.lines, ink))


def _drawings(files: Sequence[Path]) -> Iterator[LabelledDrawing]:
    if not files:
        yield from reference_drawings("validation", HANDS)
    for file in files:
        yield from read_drawings(file)


def _payload(sent: Sent, drawing: LabelledDrawing, lines: Lines) -> bytes:
    canvas = drawing.canvas
    if sent == "path48":
        return pack_path48(lines_to_path48(lines, canvas.width, canvas.height))
    return pack_ink20(to_ink20(draw_strokes(strokes_of(lines), canvas.width, canvas.height, canvas.pen_width)))
