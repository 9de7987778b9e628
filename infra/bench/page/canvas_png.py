"""A canvas as PNG to 20x20 features: the service's way beside the original's, on the same pictures."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.canvas_png import read_ink
from collector.ink.ink20_2 import ink20_2_of
from collector.ink.snapshot import canvas20_of
from collector.malloc import keep_freed_memory
from infra.harness.data.drawings import canvases, drawings_of
from infra.harness.results.rows import Result, Row, Setting, judge

TITLE = "From a canvas's PNG to a snapshot"
TEXT = """\
The original read each picture by `skimage.io.imread(as_gray=True)` and shrank it by
`skimage.transform.downscale_local_mean` in blocks of 25x25. The service reads it by `collector/ink/canvas_png.py`,
which checks its size, its chunks and their number before it decodes a pixel, finds the ink (`collector/ink/paper.py`)
and shrinks it by `collector/ink/ink20_2.py`. Both are timed picture by picture, alternating, on canvases of 500x500 px
at a quarter, half, three quarters and all of a drawing's ink; the figures are medians.

Equal means: the original's mean of each cell, in levels of 0 to 255, becomes ink (255 less the mean) and is rounded
half up to 8 bits; the service's `canvas20` has the same values cell by cell. `ink20`, the crop that the models here
use, is the mean over a square around the ink at a fractional scale; the original had no crop, so it is compared with
the original's time for the whole canvas.

Where the time goes: half of the service's is Pillow undoing the filters of rows. Pillow gets the pixel data
uncompressed, as zlib-ng expanded it to count its bytes: expanding it row by row itself took 1.4 ms more of a colour
picture, expanding it at once takes 0.07 ms. Gray levels come from Pillow's integer weights, where scikit-image makes an
array of 64-bit floats of all four channels. The memory of one picture is reused for the next (`collector/malloc.py`),
here for both ways: memory returned to the system comes back one page fault at a time.
"""

BLOCK = 25  # px a cell: 500 / 20, the original's
DRAWINGS = 10
ROUNDS = 12
Mode = Literal["L", "RGBA"]
MODES: tuple[tuple[Mode, str, float], ...] = (("RGBA", "RGBA", 5.0), ("L", "8-bit gray", 1.5))

Cells = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for one picture each, alternating."""

    original: list[float] = field(default_factory=list)
    canvas20: list[float] = field(default_factory=list)
    ink20: list[float] = field(default_factory=list)


def measure(setting: Setting) -> Result:
    keep_freed_memory()  # as the service does; the original gains too
    pictures = list(canvases(drawings_of(setting.drawings, 1 if setting.quick else DRAWINGS)))
    rows: list[Row] = []
    for mode, name, goal in MODES:
        pngs = [encode(picture, mode) for picture in pictures]
        times = _time(pngs, 2 if setting.quick else ROUNDS)
        rows += [
            _row(f"{name} PNG to canvas20", times.canvas20, times.original, goal),
            _row(f"{name} PNG to ink20", times.ink20, times.original, goal),
            _equality(name, pngs),
        ]
    return Result(tuple(rows))


def encode(canvas: NDArray[np.uint8], mode: Mode) -> bytes:
    out = io.BytesIO()
    Image.fromarray(canvas).convert(mode).save(out, format="PNG")
    return out.getvalue()


def ours(png: bytes) -> Cells:
    return canvas20_of(read_ink(png))


def original(png: bytes) -> NDArray[np.float64]:
    """The mean gray of each cell: 0 to 1 for a colour picture, 0 to 255 for a gray one, as `imread` has it."""
    import skimage.io  # noqa: PLC0415 - a second, for this alone
    import skimage.transform  # noqa: PLC0415

    gray = skimage.io.imread(io.BytesIO(png), as_gray=True)
    return np.asarray(skimage.transform.downscale_local_mean(gray, (BLOCK, BLOCK)))  # type: ignore[no-untyped-call]


def rounded(means: NDArray[np.float64], mode: Mode) -> Cells:
    """The original's means as ink of 0 to 255, rounded half up; a mean of 625 levels never lies half-way."""
    levels = means * 255 if mode == "RGBA" else means
    return np.floor(255 - levels + 0.5).astype(np.uint8)


def _time(pngs: Sequence[bytes], rounds: int) -> Times:
    times = Times()
    for number in range(rounds):
        for png in pngs:
            turns = [
                (times.original, lambda png=png: original(png)),
                (times.canvas20, lambda png=png: ours(png)),
                (times.ink20, lambda png=png: ink20_2_of(read_ink(png))),
            ]
            # In reverse every second time: the first finds the caches cold.
            for seconds, call in turns if number % 2 == 0 else reversed(turns):
                seconds.append(_seconds(call))
    return times


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _row(name: str, taken: Sequence[float], original_taken: Sequence[float], goal: float) -> Row:
    ours_ms, theirs_ms = 1000 * statistics.median(taken), 1000 * statistics.median(original_taken)
    ratio = theirs_ms / ours_ms
    return Row(name, ours_ms, "ms", theirs_ms, ratio, f">= {goal:g} times as fast", judge(ratio >= goal))


def _equality(name: str, pngs: Sequence[bytes]) -> Row:
    mode: Mode = "RGBA" if name == "RGBA" else "L"
    different = sum(int((ours(png) != rounded(original(png), mode)).sum()) for png in pngs)
    note = f"of {len(pngs) * 400} cells of {len(pngs)} pictures"
    return Row(
        f"{name}: cells of canvas20 that differ", different, "cells", goal="0", outcome=judge(different == 0), note=note
    )
