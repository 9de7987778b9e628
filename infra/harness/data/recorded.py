"""Chooses the drawings that are played, their place on the canvas and their pen. No sockets in here."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from collector.contribution.contributor import use_of
from collector.ink.drawing import Drawing, fit_on_canvas, parse_drawing
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH
from infra.harness.data.selection import spread
from training.data.drawing_files import contributor_of

LONGER_SIDE = (120.0, 360.0)  # px; people were seen to draw digits of this size on a 500 px canvas,
CENTRE_SPREAD = 30.0  # px, and to put them this far from its middle (one standard deviation)
PEN_WIDTHS = (6.0, 28.0)  # px


@dataclass(frozen=True, slots=True)
class Placing:
    """Options for placing recorded coordinates on the canvas."""

    as_drawn: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Take:
    """A labelled drawing in canvas pixels, and the pen that draws it."""

    drawing: Drawing
    label: int
    pen_width: float


def read_script(path: Path, placing: Placing, limit: int | None, validation_only: bool) -> list[Take]:
    """The labelled drawings of the file, placed; `limit` takes them evenly from its whole length."""
    found = [d for d in _read_drawings(path) if d.label is not None]
    if validation_only:
        found = [d for d in found if use_of(contributor_of(d)) == "validation"]
    rng = np.random.default_rng(placing.seed)
    return [_place(drawing, placing, rng) for drawing in spread(found, limit)]


def _read_drawings(path: Path) -> Iterator[Drawing]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            if line.strip():
                yield parse_drawing(line)


def _place(drawing: Drawing, placing: Placing, rng: np.random.Generator) -> Take:
    assert drawing.label is not None  # noqa: S101 - read_script has left the others out; this tells mypy
    if placing.as_drawn:
        return Take(drawing, drawing.label, PEN_WIDTH)
    longer_side = float(rng.uniform(*LONGER_SIDE))
    middle = CANVAS_SIDE / 2
    centre = (float(rng.normal(middle, CENTRE_SPREAD)), float(rng.normal(middle, CENTRE_SPREAD)))
    return Take(fit_on_canvas(drawing, longer_side, centre), drawing.label, float(rng.uniform(*PEN_WIDTHS)))
