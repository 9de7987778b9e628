"""The loop of 2016 beside this project's: 80,000 stored pictures to a trained softmax regression."""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import skimage.io
import skimage.transform
from numpy.typing import NDArray

from collector.contribution.layout import SAMPLES
from collector.storage.folder_store import FolderStore
from infra.bench.training.sampled import put_shards, sampled
from infra.harness.data.contribute import contribute, encode_rgba_png, name_for
from infra.harness.results.rows import Result, Row, Setting, judge
from training.baselines.softmax_2016 import SoftmaxRegression
from training.data.contributed import contributed_drawings
from training.data.dataset import LabelledDrawing, Snapshots, Variety, evaluation_snapshots, training_snapshots
from training.data.drawing_files import read_drawings
from training.data.generated.reference import HANDS, reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.data.sources import Source
from training.data.stages import Canvas
from training.evaluation.evaluation import evaluate, prepare
from training.families.recipes import ORIGINAL
from training.models.interpreter import Interpreter

TITLE = "Beside the loop of 2016"
TEXT = """\
The original read each of its pictures (500x500, RGBA, from a browser's canvas) by `skimage.io.imread(as_gray=True)` and
`downscale_local_mean`, one after the other, and then trained a softmax regression on 10,000 batches of 1,000;
`training/baselines/softmax_2016.py` is that regression, computed with numpy. Here the same 80,000 samples (ten stages
of 8,000 drawings) train the family `original`, with the same layer, rate and batches.

Cold means from PNG: contributions are read from a folder store and compacted into shards, and those are trained on.
With shards, training begins where all later ones do. Every picture costs the same to read, so reading is timed on a
part (800 pictures for the original, some 3,000 for ours, once the processes that read are running) and scaled to
80,000; their start is counted once. Training is timed completely on both sides, from the same 400 cells of each sample.
Loading the libraries and drawing the pictures are left out on both sides.

Where the time goes: the original spends nearly all of it reading pictures, most of that on arrays of 64-bit floats.
Ours reads each only once, in a process for each core; more than half of that is Pillow undoing PNG's filters. Training
takes about as long on both sides; ours assembles batches inside TensorFlow, where cells stay bytes until they are
needed.
"""

DRAWINGS, STAGES = 8_000, 10
BATCHES = 10_000
READ_BY_US, READ_BY_ORIGINAL = 400, 80  # drawings
READ_FIRST = 100  # drawings that separate the start of ours from the rest
JUDGING = 1_000
BLOCK = (25, 25)  # px a cell
GOAL_COLD, GOAL_SHARDS, GOAL_POINTS = 15.0, 100.0, 0.3


@dataclass(frozen=True, slots=True)
class Size:
    """The amount of each."""

    drawings: int
    read_first: int
    read_by_us: int
    read_by_original: int
    validation: int
    batches: int


def measure(setting: Setting) -> Result:
    size = Size(DRAWINGS, READ_FIRST, READ_BY_US, READ_BY_ORIGINAL, JUDGING, BATCHES)
    if setting.quick:
        size = Size(80, 4, 8, 4, 20, 100)
    training, validation = _drawings(setting.drawings, size)
    reading = _reading(setting.scratch / "pictures", training, size)
    our_training, ours, snapshots = _ours(setting.scratch / "shards", training, validation, size)
    original_training, theirs = _original(snapshots, validation, size)
    pictures = len(snapshots)
    original = reading.original * pictures + original_training
    cold = reading.start + reading.ours * pictures + our_training
    return Result(
        (
            _row("cold, from PNG", cold, original, GOAL_COLD),
            _row("with shards", our_training, original, GOAL_SHARDS),
            _accuracy(ours, theirs),
            Row("to read one picture", 1000 * reading.ours, "ms", 1000 * reading.original),
            Row("to start reading", reading.start, "s"),
            Row(f"to train {size.batches:,} batches", our_training, "s", original_training, note="ours from shards"),
        )
    )


def _row(name: str, ours: float, theirs: float, goal: float) -> Row:
    ratio = theirs / ours
    return Row(f"80,000 samples, {name}", ours, "s", theirs, ratio, f">= {goal:g} times as fast", judge(ratio >= goal))


def _accuracy(ours: float, theirs: float) -> Row:
    apart = abs(ours - theirs)
    goal = f"within {GOAL_POINTS} points"
    return Row(
        "accuracy, mean of all stages",
        ours,
        "%",
        theirs,
        apart,
        goal,
        judge(apart <= GOAL_POINTS),
        "ratio: points apart",
    )


def _drawings(files: Sequence[Path], size: Size) -> tuple[list[LabelledDrawing], list[LabelledDrawing]]:
    """Training and validation drawings, by different hands, all on the page's canvas."""
    if not files:
        training = reference_drawings("replay", max(HANDS, size.drawings // 10))
        validation = reference_drawings("validation", max(HANDS, size.validation // 10))
    else:
        every = list(itertools.chain.from_iterable(map(read_drawings, files)))
        training = tuple(drawing for drawing in every if drawing.use == "training")
        validation = tuple(drawing for drawing in every if drawing.use == "validation")
    return _evenly(training, size.drawings), _evenly(validation, size.validation)


def _evenly(drawings: Sequence[LabelledDrawing], count: int) -> list[LabelledDrawing]:
    return [replace(drawings[i * len(drawings) // count], canvas=Canvas()) for i in range(count)]


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds for one stored picture: the original's way, and ours with the rest of compaction."""

    original: float
    ours: float
    start: float  # of ours, before the first picture


def _reading(root: Path, drawings: Sequence[LabelledDrawing], size: Size) -> Reading:
    store = FolderStore(root)
    compaction = Compaction(store, ShardFiles(store), os.cpu_count() or 1)
    first, rest = drawings[: size.read_first], drawings[size.read_first : size.read_first + size.read_by_us]
    _contribute(store, first)
    first_seconds = _seconds(compaction.run)
    _contribute(store, rest)
    part = [store.path(key) for key in store.keys(SAMPLES)][: size.read_by_original * STAGES]
    original_seconds = _seconds(lambda: [_read_as_original(file) for file in part])
    # The rest takes the same start; the difference is the time of its further pictures.
    further = STAGES * (len(rest) - len(first))
    ours = (_seconds(compaction.run) - first_seconds) / further
    shutil.rmtree(root)
    return Reading(original_seconds / len(part), ours, max(0.0, first_seconds - ours * STAGES * len(first)))


def _contribute(store: FolderStore, drawings: Sequence[LabelledDrawing]) -> None:
    contribute(store, drawings, datetime.now(UTC), name_for("training", "benchmark"), encode=encode_rgba_png)


def _read_as_original(file: Path) -> NDArray[np.float64]:
    gray = skimage.io.imread(file, as_gray=True)
    return np.asarray(skimage.transform.downscale_local_mean(gray, BLOCK)).reshape(-1)  # type: ignore[no-untyped-call]  # it has none


def _ours(
    root: Path, training: Sequence[LabelledDrawing], validation: Sequence[LabelledDrawing], size: Size
) -> tuple[float, float, Snapshots]:
    """Seconds from shards to a trained model, its accuracy in percent, and what it was trained on."""
    from training.learning.fitting import fit, runtime  # noqa: PLC0415 - TensorFlow, for the one benchmark that trains in this process

    store = FolderStore(root)
    put_shards(store, (sampled(drawing) for drawing in training))
    runtime.use_threads(os.cpu_count() or 1)
    recipe = replace(ORIGINAL.recipe, batches=size.batches)
    began = time.perf_counter()
    snapshots = training_snapshots(contributed_drawings(store), ORIGINAL.encoding, Variety(0), seed=1)
    fitted = fit.fit(ORIGINAL, recipe, [Source(snapshots)], seed=1)
    seconds = time.perf_counter() - began
    shutil.rmtree(root)
    evaluation = evaluate(Interpreter(fitted.model, ORIGINAL.encoding), prepare(validation, ORIGINAL.encoding))
    return seconds, 100 * evaluation.mean, snapshots


def _original(snapshots: Snapshots, validation: Sequence[LabelledDrawing], size: Size) -> tuple[float, float]:
    """Seconds that the regression of 2016 trains on the same cells, and its accuracy in percent."""
    cells = snapshots.batch(slice(None))["cells"].reshape(len(snapshots), -1)
    model = SoftmaxRegression(size.batches)
    seconds = _seconds(lambda: model.fit(cells, snapshots.labels.astype(np.int64)))
    judged = evaluation_snapshots(validation, "canvas20")
    guesses = model.predict(judged.batch(slice(None))["cells"].reshape(len(judged), -1))
    return seconds, 100 * float((guesses == judged.labels).mean())


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
