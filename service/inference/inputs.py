"""Converts a client's snapshot to model inputs. No models here."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from collector.ink.canvas_png import BadPng, read_canvas
from collector.ink.encodings import Encoding, Inputs, canvas20_inputs, decode_payload, ink20_inputs, path48_inputs
from collector.ink.path import to_path48
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import SnapshotError, to_canvas20, to_ink20
from service.wire.messages import Frame, Slot, Snapshot, Strokes
from service.wire.protocol import ProtocolError

FEEDS: dict[Slot, tuple[Encoding, ...]] = {
    "ink20": ("ink20",),
    "canvas20": ("canvas20",),
    "png": ("ink20", "canvas20"),
    "path48": ("path48",),
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
                return _from_canvas(read_canvas(png), encodings)
            case Frame():
                return {encoding: decode_payload(encoding, snapshot.payload) for encoding in encodings}
            case Strokes():
                return _from_strokes(snapshot, encodings)
    except (SnapshotError, BadPng) as error:
        raise ProtocolError("bad_snapshot", str(error), snapshot.drawing, snapshot.seq) from error


def _from_canvas(canvas: NDArray[np.uint8], encodings: Iterable[Encoding]) -> dict[Encoding, Inputs | None]:
    made: dict[Encoding, Inputs | None] = {}
    for encoding in encodings:
        if encoding == "ink20":
            made[encoding] = ink20_inputs(to_ink20(canvas))
        elif encoding == "canvas20":
            made[encoding] = canvas20_inputs(to_canvas20(canvas))
    return made


def _from_strokes(snapshot: Strokes, encodings: Iterable[Encoding]) -> dict[Encoding, Inputs | None]:
    wanted = set(encodings)
    made: dict[Encoding, Inputs | None] = {}
    if "path48" in wanted:
        made["path48"] = path48_inputs(to_path48(snapshot.strokes, snapshot.width, snapshot.height))
    pictures = wanted - {"path48"}
    if pictures:
        canvas = draw_strokes(snapshot.strokes, snapshot.width, snapshot.height, snapshot.pen_width)
        made |= _from_canvas(canvas, pictures)
    return made
