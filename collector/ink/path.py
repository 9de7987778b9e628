"""The path contract `path48/1`: resamples strokes to 48 points, with numpy alone.

The same steps, in the same order, are in `frontend/js/ink/snapshots/path.js`: sums run forwards and lengths are
`sqrt(dx*dx + dy*dy)` (`hypot` may differ in the last bit between languages), so that both give the same bytes.
`docs/snapshot.md` describes the contract.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector.ink.drawing import Stroke
from collector.ink.snapshot import MAX_CANVAS_SIDE, SnapshotError

POINTS = 48
MIN_POINTS_A_STROKE = 2
MAX_STROKES = POINTS // MIN_POINTS_A_STROKE
SUBPIXELS = 32  # coordinates in 1/32 px; 2048 px still fit a u16, less one step

CANVAS = struct.Struct("<2H")
START_BYTES = POINTS // 8
PATH48_BYTES = CANVAS.size + 4 * POINTS + START_BYTES


@dataclass(frozen=True, slots=True)
class Path48:
    """A snapshot as `path48/1`: uint16 points (48, 2) as x, y in 1/32 px; bool starts (48,); canvas size in px."""

    points: NDArray[np.uint16]
    starts: NDArray[np.bool_]
    width: int
    height: int


def to_path48(strokes: Sequence[Stroke], width: int, height: int) -> Path48:
    """Resamples the strokes so far to 48 points, evenly by arc length within each stroke, at least 2 a stroke.

    Of more than 24 strokes the longest 24 stay, in their order.

    Raises:
        SnapshotError: no strokes, or a canvas that is not 1 to 2048 px a side.
    """
    return lines_to_path48(
        [np.array([(p.x, p.y) for p in stroke.points], np.float64) for stroke in strokes], width, height
    )


def lines_to_path48(lines: Sequence[NDArray[np.float64]], width: int, height: int) -> Path48:
    """`to_path48` for strokes that are arrays (points, 2) already."""
    if not lines:
        raise SnapshotError("no strokes, expected at least one")
    if not (1 <= width <= MAX_CANVAS_SIDE and 1 <= height <= MAX_CANVAS_SIDE):
        raise SnapshotError(f"a canvas of {width}x{height} px, expected 1 to {MAX_CANVAS_SIDE} a side")
    runs = [_running_length(line) for line in lines]
    kept = _longest([run[-1] for run in runs])
    counts = _share_points([float(runs[i][-1]) for i in kept])
    resampled = [_resample(lines[i], runs[i], n) for i, n in zip(kept, counts, strict=True)]
    starts = np.zeros(POINTS, np.bool_)
    starts[np.cumsum([0, *counts[:-1]])] = True
    fixed = np.floor(np.concatenate(resampled) * SUBPIXELS + 0.5)
    return Path48(np.clip(fixed, 0, 65535).astype(np.uint16), starts, width, height)


def _running_length(line: NDArray[np.float64]) -> NDArray[np.float64]:
    dx, dy = np.diff(line[:, 0]), np.diff(line[:, 1])
    return np.concatenate([[0.0], np.cumsum(np.sqrt(dx * dx + dy * dy))])


def _longest(lengths: Sequence[float]) -> list[int]:
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    return sorted(order[:MAX_STROKES])


def _share_points(lengths: Sequence[float]) -> list[int]:
    """Points for each stroke: 2, plus a share of the rest by length, largest remainders first."""
    spare = POINTS - MIN_POINTS_A_STROKE * len(lengths)
    total = 0.0
    for length in lengths:
        total += length
    if total == 0:
        return [MIN_POINTS_A_STROKE + spare] + [MIN_POINTS_A_STROKE] * (len(lengths) - 1)
    shares = [spare * length / total for length in lengths]
    counts = [int(share) for share in shares]
    by_remainder = sorted(range(len(lengths)), key=lambda i: (counts[i] - shares[i], i))
    for i in by_remainder[: spare - sum(counts)]:
        counts[i] += 1
    return [MIN_POINTS_A_STROKE + count for count in counts]


def _resample(line: NDArray[np.float64], run: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """`count` points (count, 2) at equal steps of arc length, the stroke's two ends among them."""
    length = run[-1]
    if length == 0:
        return np.repeat(line[:1], count, axis=0)
    targets = np.arange(count) * length / (count - 1)
    # The segment whose start is the last point not past the target; the final point belongs to the last segment.
    segment = np.clip(np.searchsorted(run, targets, side="right") - 1, 0, len(line) - 2)
    span = run[segment + 1] - run[segment]
    # Repeated points make segments without length, which must not be divided by; their value is never used.
    f = np.where(span > 0, (targets - run[segment]) / np.where(span > 0, span, 1.0), 0.0)
    start = line[segment]
    return np.asarray(start + (line[segment + 1] - start) * f[:, None])


def pack_path48(path: Path48) -> bytes:
    """The payload of a `path48` frame: width and height u16, 48 x (x, y) u16, 48 start bits, low bit first."""
    starts = np.packbits(path.starts, bitorder="little").tobytes()
    return CANVAS.pack(path.width, path.height) + path.points.astype("<u2").tobytes() + starts


def unpack_path48(payload: bytes) -> Path48:
    """Reads `pack_path48`'s bytes.

    Raises:
        SnapshotError: not 202 bytes, a canvas out of range, or a path whose first point starts no stroke.
    """
    if len(payload) != PATH48_BYTES:
        raise SnapshotError(f"{len(payload)} bytes of path48, expected {PATH48_BYTES}")
    width, height = CANVAS.unpack_from(payload)
    if not (1 <= width <= MAX_CANVAS_SIDE and 1 <= height <= MAX_CANVAS_SIDE):
        raise SnapshotError(f"a canvas of {width}x{height} px, expected 1 to {MAX_CANVAS_SIDE} a side")
    points = np.frombuffer(payload, "<u2", 2 * POINTS, CANVAS.size).reshape(POINTS, 2).astype(np.uint16)
    packed = np.frombuffer(payload, np.uint8, START_BYTES, CANVAS.size + 4 * POINTS)
    starts = np.unpackbits(packed, bitorder="little").astype(np.bool_)
    if not starts[0]:
        raise SnapshotError("the first point begins no stroke, expected its start bit set")
    return Path48(points, starts, width, height)
