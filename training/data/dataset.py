"""Turns labelled drawings into arrays of snapshots: augmented ones for training, unchanged ones for evaluation.

`drawing_files.py`, `stored_drawings.py`, `reference.py` and `shards/` supply the drawings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from collector.contribution.contributor import Use
from collector.ink.canvas_png import read_ink
from collector.ink.encodings import INPUT_SPECS, Encoding, Inputs
from collector.ink.ink20_2 import ink20_2_of, scaled_place
from collector.ink.path import SUBPIXELS
from collector.ink.snapshot import Ink20, canvas20_of
from training.data.augmentation.augment import augment
from training.data.augmentation.pictures import picture_side
from training.data.augmentation.placing import Placing, place, training_pen_width, training_place
from training.data.processes import process_pool
from training.data.stages import Canvas, Compact, Line, stage_arrays

# Beyond the places of every symbol set (`collector.symbols.symbol_set.PLACES_MAX`).
NO_DIGIT = 254  # the label of a letter, a symbol or a scribble, from which a model learns to doubt
LOOK_ALIKE = 255  # of a letter that could be a digit: neither the digits' outputs nor the doubt learn from it
EVALUATION_STAGES = tuple(k / 10 for k in range(1, 11))
CUT_SD = 0.01  # of an ink fraction: near the evaluation stages, without a comb of exact tenths
FULL_INK = 0.05  # share of the stages that are moved to full ink
NO_DIGIT_COPIES = 0.5  # of the copies of a digit: so many are made of what is none
PART_DRAWINGS = 250
LEAST_INK = 0.03  # of the drawing; below it there is only the pen's dot
SCALES = {"cells": np.float32(255), "points": np.float32(SUBPIXELS)}  # divides the compact form of an input


@dataclass(frozen=True, slots=True)
class Picture:
    """A contributed sample, the canvas drawn from the strokes, reduced to both picture encodings."""

    ink: float
    ink20: Ink20  # by `ink20/2`; by `ink20/1` in shards of earlier releases
    canvas20: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LabelledDrawing:
    """A drawing on its canvas with its label (a digit or a class, `NO_DIGIT` or `LOOK_ALIKE`) and contributor."""

    id: str
    lines: tuple[Line, ...]
    label: int
    contributor: str
    use: Use
    source: str
    canvas: Canvas
    pictures: tuple[Picture, ...] = ()
    symbol: str | None = None  # of a letter or symbol


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Snapshots in the order they were made: one row each in every array, in the smallest types that hold them."""

    encoding: Encoding
    inputs: Compact
    labels: NDArray[np.uint8]
    ink: NDArray[np.float32]  # fraction of the drawing
    drawing: NDArray[np.int32]  # index of the drawing among those given

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: NDArray[np.intp] | slice) -> Inputs:
        """These rows as model inputs, float32, equal to those of `collector.ink.encodings.decode_payload`."""
        return {
            name: array[rows].astype(np.float32) / SCALES.get(name, np.float32(1))
            for name, array in self.inputs.items()
        }

    def of_drawings(self, drawings: Sequence[int]) -> Snapshots:
        """The snapshots of these drawings, which keep their numbers."""
        rows = np.isin(self.drawing, drawings)
        inputs = {name: array[rows] for name, array in self.inputs.items()}
        return Snapshots(self.encoding, inputs, self.labels[rows], self.ink[rows], self.drawing[rows])


class _Gatherer:
    """Collects snapshots in lists of small arrays and joins them once."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.rows: list[tuple[Compact, int, NDArray[np.float32], int]] = []

    def add(self, inputs: Compact, label: int, ink: Sequence[float], drawing: int) -> None:
        self.rows.append((inputs, label, np.asarray(ink, np.float32), drawing))

    def joined(self) -> Snapshots:
        if not self.rows:
            raise ValueError("no drawings, expected at least one")
        counts = [len(ink) for _, _, ink, _ in self.rows]
        names = [spec.name for spec in INPUT_SPECS[self.encoding]]
        return Snapshots(
            self.encoding,
            {name: np.concatenate([inputs[name] for inputs, _, _, _ in self.rows]) for name in names},
            np.repeat(np.array([label for _, label, _, _ in self.rows], np.uint8), counts),
            np.concatenate([ink for _, _, ink, _ in self.rows]),
            np.repeat(np.array([drawing for *_, drawing in self.rows], np.int32), counts),
        )


def evaluation_snapshots(
    drawings: Iterable[LabelledDrawing], encoding: Encoding, stages: Sequence[float] = EVALUATION_STAGES
) -> Snapshots:
    """Every drawing at 10, 20 ... 100 % of its ink, with its own pen on its own canvas."""
    rows = _Gatherer(encoding)
    for number, drawing in enumerate(drawings):
        arrays = stage_arrays(encoding, drawing.lines, drawing.canvas, stages)
        rows.add(arrays, drawing.label, stages, number)
    return rows.joined()


def placed(drawings: Iterable[LabelledDrawing], placing: Placing) -> list[LabelledDrawing]:
    """The drawings moved and scaled on a canvas of 500x500 px, each the same way at every call; their ids say so."""
    return [
        replace(
            drawing,
            id=f"{drawing.id} {placing.name}",
            lines=tuple(
                np.round(line, 2) for line in place(drawing.lines, rng_of(f"{placing.name}/{drawing.id}"), placing)
            ),
            canvas=Canvas(pen_width=drawing.canvas.pen_width),
            pictures=(),
        )
        for drawing in drawings
    ]


@dataclass(frozen=True, slots=True)
class Variety:
    """The amount of augmentation: copies of each drawing, stages that each is cut at, range of strengths.

    With `habits`, labels are digits, and drawings change to other ways to write the same digit.
    """

    copies: int
    cuts: int = len(EVALUATION_STAGES)
    strength: tuple[float, float] = (0.0, 1.0)
    habits: bool = True


def training_snapshots(
    drawings: Sequence[LabelledDrawing],
    encoding: Encoding,
    variety: Variety,
    seed: int,
    *,
    processes: int = 1,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Snapshots:
    """Each drawing's own samples, where it has any, and augmented copies of it.

    The result does not depend on the number of processes: every PART_DRAWINGS drawings have their own seed.
    """
    parts = [
        _Part(drawings[start : start + PART_DRAWINGS], start, encoding, variety, seed)
        for start in range(0, len(drawings), PART_DRAWINGS)
    ]
    if processes == 1 or len(parts) == 1:
        return joined([_part_snapshots(parts[number]) for number in progress(range(len(parts)))])
    with process_pool(processes) as pool:
        made = pool.map(_part_snapshots, parts)
        return joined([next(made) for _ in progress(range(len(parts)))])


@dataclass(frozen=True, slots=True)
class _Part:
    drawings: Sequence[LabelledDrawing]
    first: int
    encoding: Encoding
    variety: Variety
    seed: int


def _part_snapshots(part: _Part) -> Snapshots:
    rng = np.random.default_rng((part.seed, part.first))
    rows = _Gatherer(part.encoding)
    for number, drawing in enumerate(part.drawings, start=part.first):
        if drawing.pictures:
            rows.add(*_own_snapshots(drawing, part.encoding), number)
        for _ in range(_copies(drawing, part.variety)):
            fractions = _fractions(rng, part.variety.cuts)
            lines, canvas = _augmented(drawing, rng, rng.uniform(*part.variety.strength), part.variety.habits)
            side = picture_side(lines, rng) if part.encoding == "ink20" else None
            rows.add(stage_arrays(part.encoding, lines, canvas, fractions, side), drawing.label, fractions, number)
    return rows.joined()


def _copies(drawing: LabelledDrawing, variety: Variety) -> int:
    return variety.copies if drawing.label < NO_DIGIT else max(1, round(variety.copies * NO_DIGIT_COPIES))


def joined(parts: Sequence[Snapshots]) -> Snapshots:
    """The parts one after the other; drawings keep the numbers that they have in their parts."""
    return Snapshots(
        parts[0].encoding,
        {name: np.concatenate([part.inputs[name] for part in parts]) for name in parts[0].inputs},
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.ink for part in parts]),
        np.concatenate([part.drawing for part in parts]),
    )


def _augmented(
    drawing: LabelledDrawing, rng: np.random.Generator, strength: float, habits: bool
) -> tuple[list[Line], Canvas]:
    label = drawing.label if habits else NO_DIGIT
    lines = training_place(augment(list(drawing.lines), label, rng, strength), rng)
    points = np.concatenate(lines)
    return lines, Canvas(pen_width=training_pen_width(rng, float(np.ptp(points, axis=0).max())))


def _fractions(rng: np.random.Generator, cuts: int) -> list[float]:
    """Ascending ink fractions at `cuts` of the ten evaluation stages; FULL_INK of them become 1."""
    fractions = rng.choice(EVALUATION_STAGES, cuts, replace=False) + rng.normal(0, CUT_SD, cuts)
    fractions[rng.random(cuts) < FULL_INK] = 1.0
    return [float(f) for f in np.sort(np.clip(fractions, LEAST_INK, 1.0))]


def _own_snapshots(drawing: LabelledDrawing, encoding: Encoding) -> tuple[Compact, int, list[float]]:
    """The visitor's own samples: the pictures, or for `path48` the strokes cut at the same ink fractions."""
    ink = [picture.ink for picture in drawing.pictures]
    if encoding == "path48":
        return stage_arrays(encoding, drawing.lines, drawing.canvas, ink), drawing.label, ink
    if encoding == "canvas20":
        return {"cells": np.stack([picture.canvas20 for picture in drawing.pictures])}, drawing.label, ink
    places = [scaled_place(picture.ink20.place).as_tuple() for picture in drawing.pictures]
    cells = np.stack([picture.ink20.cells for picture in drawing.pictures])
    return {"cells": cells, "place": np.array(places, np.uint16)}, drawing.label, ink


def read_picture(ink: float, png: bytes) -> Picture | None:
    """Reads a sample's PNG as the service does; None for a canvas without ink.

    Raises:
        BadPng: the service would reject these bytes.
    """
    inked = read_ink(png)
    snapshot = ink20_2_of(inked)
    return None if snapshot.place.is_blank else Picture(ink, snapshot, canvas20_of(inked))


def rng_of(name: str) -> np.random.Generator:
    """A generator seeded by a name; equal on every machine."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
