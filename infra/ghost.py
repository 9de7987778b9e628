"""Makes the drawings of the page's ghost hand: strokes of our own, with predictions of the included path model.

python -m infra.ghost frontend/js/watch/ghost/ghost.json
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import path48_inputs
from collector.ink.path import lines_to_path48
from collector.ink.raster import CANVAS_SIDE
from infra.harness.champions import shipped_artifact
from training.models.interpreter import Interpreter

FAMILY = "path"
STEP_PX = 16.0  # between two points of a stroke
SPEED = 0.42  # px a ms where the line is straight; a hand is slower in bends
LIFT_MS = 260  # between two strokes
MOMENTS = 18  # predictions along a drawing
CLOSE = 0.5  # px: two points nearer than this are one

# Corners of each stroke in px of the canvas; a curve is laid through them. A corner that is named twice stays sharp.
HANDS: dict[int, list[list[tuple[float, float]]]] = {
    5: [
        [(206, 118), (198, 176), (192, 228), (192, 228), (246, 208), (304, 230), (322, 292), (290, 356), (226, 378),
         (172, 352)],
        [(206, 120), (264, 116), (326, 112)],
    ],
    2: [
        [(168, 176), (196, 128), (252, 106), (312, 132), (326, 190), (294, 252), (238, 312), (178, 378), (178, 378),
         (172, 384), (236, 372), (300, 376), (352, 384)],
    ],
}  # fmt: skip


def main(target: Path) -> None:
    """Writes the drawings, their moments and the model's name."""
    artifact = shipped_artifact(FAMILY)
    interpreter = Interpreter(artifact.model, artifact.card.encoding)
    drawings = [_drawing(label, corners, interpreter) for label, corners in HANDS.items()]
    record = {"format": 1, "model": f"{FAMILY} {artifact.card.version}", "drawings": drawings}
    target.write_text(json.dumps(record, separators=(",", ":")) + "\n")


def _drawing(label: int, corners: list[list[tuple[float, float]]], interpreter: Interpreter) -> dict[str, Any]:
    strokes: list[list[list[int]]] = []
    clock = 0.0
    for each in corners:
        line = _curve(np.array(each))
        times = clock + _times(line)
        strokes.append(
            [[round(x), round(y), round(t)] for (x, y), t in zip(line.tolist(), times.tolist(), strict=True)]
        )
        clock = float(times[-1]) + LIFT_MS
    whole = sum(_length(stroke) for stroke in strokes)
    inks = [whole * (number + 1) / MOMENTS for number in range(MOMENTS)]
    return {"label": label, "strokes": strokes, "moments": [_moment(strokes, ink, interpreter) for ink in inks]}


def _moment(strokes: list[list[list[int]]], ink: float, interpreter: Interpreter) -> list[Any]:
    """The ink in px, and the ten probabilities in thousandths."""
    lines, left = [], ink
    for stroke in strokes:
        line = np.array(stroke, np.float64)[:, :2]
        lines.append(_head(line, left))
        left -= _length(stroke)
        if left <= 0:
            break
    probabilities = interpreter.predict(path48_inputs(lines_to_path48(lines, CANVAS_SIDE, CANVAS_SIDE)))
    return [round(ink), [round(1000 * float(p)) for p in probabilities]]


def _curve(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points every `STEP_PX` along a Catmull-Rom curve through the corners."""
    padded = np.vstack([corners[:1], corners, corners[-1:]])
    dense: list[NDArray[np.float64]] = []
    for i in range(1, len(corners)):
        a, b, c, d = padded[i - 1 : i + 3]
        dense.extend(_between(a, b, c, d, f) for f in np.linspace(0, 1, 24, endpoint=False))
    points = np.array([*dense, corners[-1]])
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    marks = np.linspace(0, way[-1], max(round(way[-1] / STEP_PX), 2))
    return np.column_stack([np.interp(marks, way, points[:, k]) for k in (0, 1)])


def _between(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64], f: float
) -> NDArray[np.float64]:
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


def _times(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The time at which a hand would be at each point, ms: slower in bends."""
    steps = np.diff(line, axis=0)
    angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    bend = np.abs(np.concatenate([[0.0], np.diff(angles)]))
    pace = np.linalg.norm(steps, axis=1) / SPEED * (1 + 1.6 * bend)
    return np.concatenate([[0.0], np.cumsum(pace)])


def _length(stroke: list[list[int]]) -> float:
    return sum(float(np.hypot(b[0] - a[0], b[1] - a[1])) for a, b in pairwise(stroke))


def _head(line: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    if length >= way[-1] - CLOSE:
        return line
    last = [np.interp(length, way, line[:, k]) for k in (0, 1)]
    return np.vstack([line[way < length], last])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
