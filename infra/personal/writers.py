"""Splits a writer's drawings into those that are given and those that are read. Runs no model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from collector.ink.drawing import DIGITS
from infra.harness.data.selection import by_writer
from service.personal.own_drawings import OwnDrawing
from training.data.dataset import LabelledDrawing

NO_TIME = datetime.fromtimestamp(0, UTC)  # files have none


@dataclass(frozen=True, slots=True)
class Writer:
    """A writer's drawings: `given[k]` are the k-th of each digit, `read` the rest."""

    name: str
    source: str
    given: tuple[tuple[OwnDrawing, ...], ...]
    read: tuple[OwnDrawing, ...]


def writers_of(drawings: Iterable[LabelledDrawing], most_given: int, most_read: int) -> list[Writer]:
    """The writers with more than `most_given` drawings of each digit, in the order of a hash.

    At most `most_read` drawings of each are read, the same number of each digit where there are enough.
    """
    groups = by_writer(drawings).items()
    found = (_writer(source, name, own, most_given, most_read) for (source, name), own in groups)
    return [writer for writer in found if writer is not None]


def _writer(source: str, name: str, own: Sequence[LabelledDrawing], most_given: int, most_read: int) -> Writer | None:
    by_label: dict[int, list[LabelledDrawing]] = defaultdict(list)
    for drawing in own:
        by_label[drawing.label].append(drawing)
    if any(len(by_label[digit]) <= most_given for digit in range(DIGITS)):
        return None
    given = tuple(tuple(own_drawing(by_label[digit][k]) for digit in range(DIGITS)) for k in range(most_given))
    rest = [by_label[digit][most_given:][: -(-most_read // DIGITS)] for digit in range(DIGITS)]
    return Writer(name, source, given, tuple(own_drawing(drawing) for digit in rest for drawing in digit)[:most_read])


def own_drawing(drawing: LabelledDrawing) -> OwnDrawing:
    """The drawing as the service finds it in the store."""
    points = np.concatenate(drawing.lines)
    starts = tuple(np.cumsum([0, *map(len, drawing.lines[:-1])]).tolist())
    canvas = drawing.canvas
    return OwnDrawing(drawing.id, drawing.label, points, starts, canvas.width, canvas.height, canvas.pen_width, NO_TIME)
