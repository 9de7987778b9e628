"""Converts a client's snapshot to model inputs. No models here."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from collector.ink.canvas_png import BadPng, read_ink
from collector.ink.drawing import Point, Stroke
from collector.ink.encodings import Encoding, Inputs, canvas20_inputs, decode_payload, ink20_inputs, path48_inputs
from collector.ink.ink20_2 import contrast_of, ink20_2_of, unpack_ink20_2
from collector.ink.path import to_path48
from collector.ink.raster import CANVAS_SIDE, draw_strokes
from collector.ink.snapshot import SnapshotError, canvas20_of
from service.wire.messages import Frame, Slot, Snapshot, Strokes
from service.wire.protocol import ProtocolError

FEEDS: dict[Slot, tuple[Encoding, ...]] = {
    "ink20": ("ink20",),
    "canvas20": ("canvas20",),
    "png": ("ink20", "canvas20"),
    "path48": ("path48",),
    "ink20/2": ("ink20",),
    "strokes": ("ink20", "canvas20", "path48"),
}

# Decoding or drawing a picture takes 0.5 ms or more; on the event loop every other socket would wait for it.
SLOW_SLOTS: frozenset[Slot] = frozenset({"png", "strokes"})


def make_inputs(snapshot: Snapshot, encodings: Iterable[Encoding]) -> dict[Encoding, Inputs | None]:
    """The inputs for each of the encodings, which must be among those the snapshot feeds; None without ink.

    Raises:
        ProtocolError: `bad_snapshot`, if the snapshot breaks its encoding's contract or its PNG is not supported.
    """
    try:
        match snapshot:
            case Frame(encoding="png", payload=png):
                return _from_ink(read_ink(png), encodings)
            case Frame(encoding="ink20/2", payload=payload):
                return {"ink20": ink20_inputs(unpack_ink20_2(payload))}
            case Frame():
                return {encoding: decode_payload(encoding, snapshot.payload) for encoding in encodings}
            case Strokes():
                return _from_strokes(snapshot, encodings)
    except (SnapshotError, BadPng) as error:
        raise ProtocolError("bad_snapshot", str(error), snapshot.drawing, snapshot.seq) from error


def _from_ink(ink: NDArray[np.uint8], encodings: Iterable[Encoding]) -> dict[Encoding, Inputs | None]:
    made: dict[Encoding, Inputs | None] = {}
    for encoding in encodings:
        if encoding == "ink20":
            made[encoding] = ink20_inputs(ink20_2_of(ink))
        elif encoding == "canvas20":
            made[encoding] = canvas20_inputs(canvas20_of(ink))
    return made


def _from_strokes(snapshot: Strokes, encodings: Iterable[Encoding]) -> dict[Encoding, Inputs | None]:
    wanted = set(encodings)
    made: dict[Encoding, Inputs | None] = {}
    strokes, width, height, pen_width = _on_page_canvas(snapshot)
    if "path48" in wanted:
        made["path48"] = path48_inputs(to_path48(strokes, width, height))
    pictures = wanted - {"path48"}
    if pictures:
        made |= _from_ink(contrast_of(draw_strokes(strokes, width, height, pen_width)), pictures)
    return made


def _on_page_canvas(snapshot: Strokes) -> tuple[tuple[Stroke, ...], int, int, float]:
    """Strokes, width, height and pen on a canvas whose longer side is the page's.

    A raster of 28 px shows too little of a line, and one of 2,000 px takes as long as sixteen of the page's.
    """
    longer = max(snapshot.width, snapshot.height)
    if longer == CANVAS_SIDE:
        return snapshot.strokes, snapshot.width, snapshot.height, snapshot.pen_width
    scale = CANVAS_SIDE / longer
    strokes = tuple(Stroke(tuple(Point(p.x * scale, p.y * scale, p.t_ms) for p in s.points)) for s in snapshot.strokes)
    width, height = (max(1, round(side * scale)) for side in (snapshot.width, snapshot.height))
    return strokes, width, height, snapshot.pen_width * scale
