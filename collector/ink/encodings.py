"""The three encodings of a snapshot and the model inputs each becomes, for training and serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from collector.ink.ink20_2 import PLACE_SIDE, scaled_place
from collector.ink.path import POINTS, SUBPIXELS, Path48, unpack_path48
from collector.ink.snapshot import GRID, Ink20, unpack_canvas20, unpack_ink20

Encoding = Literal["ink20", "canvas20", "path48"]
ENCODINGS: tuple[Encoding, ...] = ("ink20", "canvas20", "path48")
CONTRACTS: dict[Encoding, str] = {"ink20": "ink20/2", "canvas20": "canvas20/1", "path48": "path48/1"}
# Models that were trained on an earlier contract, whose snapshots nearly equal those of the present one.
EARLIER_CONTRACTS: dict[Encoding, tuple[str, ...]] = {"ink20": ("ink20/1",), "canvas20": (), "path48": ()}

Inputs = dict[str, NDArray[np.float32]]

_SHARES = np.arange(256, dtype=np.float32) / np.float32(255)  # a lookup takes half as long as a division


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of a model: its name, its shape without the batch, and its compact type before scaling."""

    name: str
    shape: tuple[int, ...]
    compact: type[np.generic]  # before it is scaled, see `training.data.dataset.SCALES`


INPUT_SPECS: dict[Encoding, tuple[InputSpec, ...]] = {
    "ink20": (InputSpec("cells", (GRID, GRID), np.uint8), InputSpec("place", (6,), np.uint16)),
    "canvas20": (InputSpec("cells", (GRID, GRID), np.uint8),),
    "path48": (
        InputSpec("points", (POINTS, 2), np.uint16),
        InputSpec("starts", (POINTS,), np.bool_),
        InputSpec("canvas", (2,), np.uint16),
    ),
}


def decode_payload(encoding: Encoding, payload: bytes) -> Inputs | None:
    """Decodes a payload to a model's inputs, a batch of one; None for a snapshot without ink.

    A payload of `ink20` is one of `ink20/1` or `ink20/2`.

    Raises:
        SnapshotError: the payload breaks its contract.
    """
    match encoding:
        case "ink20":
            return ink20_inputs(unpack_ink20(payload))
        case "canvas20":
            return canvas20_inputs(unpack_canvas20(payload))
        case "path48":
            return path48_inputs(unpack_path48(payload))
    assert_never(encoding)


def ink20_inputs(snapshot: Ink20) -> Inputs | None:
    """`cells` (1, 20, 20) from 0 to 1 and `place` (1, 6): width, height, x0, y0, x1, y1; None without ink.

    The place is on a canvas whose longer side is 500; `ink20/1` has it in px.
    """
    place = snapshot.place
    if place.is_blank:
        return None
    if max(place.width, place.height) != PLACE_SIDE:
        place = scaled_place(place)
    return {"cells": _cells(snapshot.cells), "place": np.array([place.as_tuple()], np.float32)}


def canvas20_inputs(cells: NDArray[np.uint8]) -> Inputs | None:
    """`cells` (1, 20, 20) from 0 to 1; None without ink."""
    return {"cells": _cells(cells)} if cells.any() else None


def path48_inputs(path: Path48) -> Inputs:
    """`points` (1, 48, 2), `starts` (1, 48) of 0 and 1, `canvas` (1, 2): width, height.

    All lengths are on a canvas whose longer side is 500, whatever its size in px.
    """
    points = path.points[None].astype(np.float32) / np.float32(SUBPIXELS)
    canvas = np.array([[path.width, path.height]], np.float32)
    longer = max(path.width, path.height)
    if longer != PLACE_SIDE:
        scale = np.float32(PLACE_SIDE / longer)
        points, canvas = points * scale, canvas * scale
    return {"points": points, "starts": path.starts[None].astype(np.float32), "canvas": canvas}


def _cells(cells: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _SHARES.take(cells[None])
