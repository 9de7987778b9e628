"""Strokes as arrays (points, 2), y downwards, in units of the drawing's longer side: lengths, resampling, turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
Strokes = list[Line]
Rng = np.random.Generator

SPACING = 0.035  # of the longer side between points: fine enough for a small loop, coarse enough to be quick
MAX_POINTS = 160  # a stroke's at most, whatever scribble comes


def normalise(strokes: Strokes, spacing: float | None = SPACING) -> Strokes:
    """Longer side 1, box about the origin; points `spacing` apart, or left where they are."""
    points = np.concatenate(strokes)[:, :2].astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), 1e-9)
    unit = split_like((points - (low + high) / 2) / extent, strokes)
    return unit if spacing is None else [resample(stroke, spacing) for stroke in unit]


def resample(line: Line, spacing: float = SPACING) -> Line:
    """Points about `spacing` apart along the line, both ends kept, at least 2 unless it is a dot."""
    run = running_length(line)
    if run[-1] <= 1e-6:
        return line[:1].copy()
    count = int(np.clip(np.ceil(run[-1] / spacing) + 1, 2, MAX_POINTS))
    return at_lengths(line, run, np.linspace(0, run[-1], count))


def running_length(line: Line) -> NDArray[np.float64]:
    run = np.zeros(len(line))
    step = line[1:] - line[:-1]
    np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2), out=run[1:])
    return run


def at_lengths(line: Line, run: NDArray[np.float64], lengths: NDArray[np.float64]) -> Line:
    out = np.empty((len(lengths), 2))
    out[:, 0] = np.interp(lengths, run, line[:, 0])
    out[:, 1] = np.interp(lengths, run, line[:, 1])
    return out


def length_of(line: Line) -> float:
    return float(running_length(line)[-1])


def split_like(points: Line, strokes: Strokes) -> Strokes:
    out, at = [], 0
    for stroke in strokes:
        out.append(points[at : at + len(stroke)])
        at += len(stroke)
    return out


def join(*lines: Line) -> Line:
    return resample(np.concatenate(lines))


def curve(*corners: tuple[float, float]) -> Line:
    """A line through a few points, resampled."""
    return resample(np.array(corners, np.float64))


def smooth(line: Line, sigma: float) -> Line:
    """The line averaged along itself over about `sigma` points; its ends stay."""
    reach = max(1, int(2.5 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    # Mirrored about the ends through the end points, so that neither end is drawn inwards.
    before = 2 * line[0] - line[1 : reach + 1][::-1]
    after = 2 * line[-1] - line[-reach - 1 : -1][::-1]
    padded = np.concatenate([before, line, after])
    if len(padded) < len(kernel) or len(line) <= reach:
        return line
    return np.stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)], axis=1)


def is_loop(line: Line) -> bool:
    """Ends near each other, for its length."""
    return len(line) > 12 and float(np.abs(line[0] - line[-1]).max()) < 0.14 * length_of(line)


def sharpest(line: Line, low: float, high: float, reach: int = 3) -> int | None:
    """Index of the sharpest turn between fractions `low` and `high` of the line, None where none reaches 60 degrees."""
    first, last = max(reach, int(low * len(line))), min(len(line) - reach, int(high * len(line)))
    if last - first < 1:
        return None
    index = np.arange(first, last)
    into, out = line[index] - line[index - reach], line[index + reach] - line[index]
    cosine = (into * out).sum(axis=1) / (np.linalg.norm(into, axis=1) * np.linalg.norm(out, axis=1) + 1e-9)
    best = int(cosine.argmin())
    return int(index[best]) if cosine[best] < 0.5 else None


def norm(vector: NDArray[np.float64]) -> float:
    return float(np.sqrt(vector @ vector))
