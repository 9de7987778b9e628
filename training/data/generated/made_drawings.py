"""Makes any number of labelled drawings by varying others, as NDJSON lines, for loads and trials of size.

They are drawings by nobody: for measuring time, memory and requests, not accuracy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot

import numpy as np

from training.data.augmentation.augment import augment
from training.data.dataset import LabelledDrawing, rng_of
from training.data.stages import Line

LONGER_SIDE = 260.0  # px, on a canvas of 500x500
CENTRE = 250.0
PX_PER_MS = 0.6  # of the pen
LIFT_MS = 150  # between strokes
DRAWINGS_OF_A_WRITER = 20


def made_drawings(count: int, originals: Sequence[LabelledDrawing], seed: int = 1) -> Iterator[str]:
    """JSON lines that `read_drawings` and `midstroke import-drawings` read; the same for the same arguments.

    Each drawing depends on its number alone, so that a part of them can be made by itself. Digits take turns.
    """
    for number in range(count):
        original = originals[number % len(originals)]
        rng = rng_of(f"made {seed} {number}")
        lines = augment(list(original.lines), original.label, rng, float(rng.uniform(0.3, 1.0)))
        yield json.dumps(
            {
                "id": f"made-{seed}-{number}",
                "label": original.label,
                "writer": f"made-{seed}-{number // DRAWINGS_OF_A_WRITER}",
                "source": "made",
                "strokes": list(_strokes(lines)),
            },
            separators=(",", ":"),
        )


def _strokes(lines: Sequence[Line]) -> Iterator[list[list[float]]]:
    """On the canvas, in px, with times of an even pen."""
    begins = 0.0
    for line in lines:
        points = np.round(np.asarray(line) * LONGER_SIDE + CENTRE, 2).tolist()
        lengths = [0.0, *(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))]
        times = begins + np.cumsum(lengths) / PX_PER_MS
        yield [[x, y, round(float(t))] for (x, y), t in zip(points, times, strict=True)]
        begins = float(times[-1]) + LIFT_MS
