"""Evaluates models on drawings at every stage, through the flatbuffer that the service serves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, evaluation_snapshots
from training.models.card import Metrics
from training.models.interpreter import Interpreter

CONFIDENCE_BINS = 15
LATE = 0.8  # ink fraction from which a digit should be read right; what is confused there is worth drawing
LEAST_PROBABILITY = 1e-7  # log(0) would let one confident mistake outweigh everything
MIN_DRAWINGS_PER_WRITER = 5  # fewer say nothing about a writer

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Drawings to evaluate on as one encoding's snapshots; made once for all models of that encoding."""

    encoding: Encoding
    inputs: Any  # dataset.Snapshots: drawings x stages rows, drawing by drawing
    labels: NDArray[np.int64]  # (drawings,)
    writers: tuple[str, ...]
    ids: tuple[str, ...] = ()  # of the drawings

    @property
    def set_id(self) -> str:
        """12 hex digits, equal for the same drawings in any order and encoding."""
        return set_id_of(self.ids)


def set_id_of(ids: Iterable[str]) -> str:
    """The id of an evaluation set, from those of its drawings."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model's results; arrays are over stages unless they say otherwise, shares are from 0 to 1."""

    ink: tuple[float, ...]
    drawings: int
    accuracy: Numbers
    log_loss: Numbers
    calibration_error: Numbers
    recall: Numbers  # (classes,) at full ink, nan for a class without drawings
    support: NDArray[np.int64]  # (classes,) drawings of each class
    confusion: NDArray[np.int64]  # (classes, classes) at full ink: label by prediction
    late_confusion: NDArray[np.int64]  # (classes, classes) at all stages from `LATE` on
    reliability: Numbers  # (bins, 3): share of snapshots, mean confidence, accuracy
    flips: float  # mean number of changes of the leading class in a drawing
    ink_until_right: tuple[float | None, float | None]  # median and 90th percentile; None: never right
    by_writer: Numbers  # (writers with enough drawings,) mean accuracy, ascending

    @property
    def mean(self) -> float:
        return float(self.accuracy.mean())

    def at(self, ink: float) -> float:
        """Accuracy at the stage nearest to an ink fraction."""
        return float(self.accuracy[int(np.abs(np.array(self.ink) - ink).argmin())])

    def metrics(self, evaluated_on: str, evaluation_set: str = "") -> Metrics:
        return Metrics(
            evaluated_on=evaluated_on,
            evaluation_set=evaluation_set,
            drawings=self.drawings,
            ink=self.ink,
            accuracy=_rounded(self.accuracy),
            mean=round(self.mean, 4),
            at_50=round(self.at(0.5), 4),
            at_100=round(self.at(1.0), 4),
            recall=_rounded(np.nan_to_num(self.recall)),
            log_loss=round(float(self.log_loss.mean()), 4),
            confusion=tuple(tuple(row) for row in self.late_confusion.tolist()),
        )


def prepare(drawings: Sequence[LabelledDrawing], encoding: Encoding) -> EvaluationSet:
    labels = np.array([drawing.label for drawing in drawings])
    writers = tuple(drawing.contributor for drawing in drawings)
    ids = tuple(drawing.id for drawing in drawings)
    return EvaluationSet(encoding, evaluation_snapshots(drawings, encoding), labels, writers, ids)


def evaluate(interpreter: Interpreter, evaluation_set: EvaluationSet) -> Evaluation:
    return measure(predict_all(interpreter, evaluation_set), evaluation_set.labels, evaluation_set.writers)


def predict_all(interpreter: Interpreter, evaluation_set: EvaluationSet) -> Numbers:
    """Probabilities (drawings, stages, classes), one snapshot at a time, as the service predicts."""
    probabilities = interpreter.predict_each(evaluation_set.inputs.batch(slice(None)))
    return probabilities.astype(np.float64).reshape(len(evaluation_set.labels), -1, interpreter.classes)


def measure(
    probabilities: Numbers,
    labels: NDArray[np.int64],
    writers: Sequence[str],
    ink: Sequence[float] = EVALUATION_STAGES,
) -> Evaluation:
    """All metrics of a model from its probabilities (drawings, stages, classes) and the labels (drawings,)."""
    guesses = probabilities.argmax(axis=2)
    right = guesses == labels[:, None]
    classes = probabilities.shape[2]
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (labels, guesses[:, -1]), 1)
    late = [stage for stage, share in enumerate(ink) if share >= LATE]
    late_confusion = np.zeros((classes, classes), np.int64)
    np.add.at(late_confusion, (np.repeat(labels, len(late)), guesses[:, late].reshape(-1)), 1)
    support = confusion.sum(axis=1)
    with np.errstate(invalid="ignore"):
        recall = confusion.diagonal() / support
    of_label = np.take_along_axis(probabilities, labels[:, None, None], axis=2)[:, :, 0]
    return Evaluation(
        ink=tuple(ink),
        drawings=len(labels),
        accuracy=right.mean(axis=0),
        log_loss=-np.log(np.maximum(of_label, LEAST_PROBABILITY)).mean(axis=0),
        calibration_error=np.array([calibration_error(probabilities[:, k], right[:, k]) for k in range(len(ink))]),
        recall=recall,
        support=support,
        confusion=confusion,
        late_confusion=late_confusion,
        reliability=_reliability(probabilities.reshape(-1, classes), right.reshape(-1)),
        flips=float((guesses[:, 1:] != guesses[:, :-1]).sum(axis=1).mean()),
        ink_until_right=_ink_until_right(right, ink),
        by_writer=_by_writer(right, writers),
    )


def _reliability(probabilities: Numbers, right: NDArray[np.bool_], number: int = CONFIDENCE_BINS) -> Numbers:
    """Rows of (share, mean confidence, accuracy) by equal bins of the leading class's probability."""
    confidence = probabilities.max(axis=1)
    bins = np.minimum((confidence * number).astype(int), number - 1)
    counts = np.bincount(bins, minlength=number)
    shown = np.maximum(counts, 1)
    return np.stack(
        [
            counts / max(1, len(confidence)),
            np.bincount(bins, confidence, number) / shown,
            np.bincount(bins, right, number) / shown,
        ],
        axis=1,
    )


def calibration_error(probabilities: Numbers, right: NDArray[np.bool_], bins: int = CONFIDENCE_BINS) -> float:
    """Expected calibration error of (n, classes) probabilities, of which (n,) are right.

    The distance of confidence from accuracy in equal bins, weighted by their share (Naeini et al. 2015).
    """
    reliability = _reliability(probabilities, right, bins)
    return float((reliability[:, 0] * np.abs(reliability[:, 1] - reliability[:, 2])).sum())


def _ink_until_right(right: NDArray[np.bool_], ink: Sequence[float]) -> tuple[float | None, float | None]:
    """The ink fraction from which on the leading class stays right: median and 90th percentile."""
    stays = np.logical_and.accumulate(right[:, ::-1], axis=1)[:, ::-1]
    first = np.where(stays.any(axis=1), stays.argmax(axis=1), len(ink))
    needed = np.append(np.array(ink), np.inf)[np.sort(first)]
    median, most = (needed[min(len(needed) - 1, int(q * len(needed)))] for q in (0.5, 0.9))
    return (float(median) if np.isfinite(median) else None, float(most) if np.isfinite(most) else None)


def _by_writer(right: NDArray[np.bool_], writers: Sequence[str]) -> Numbers:
    names, index = np.unique(np.array(list(writers)), return_inverse=True)
    counts = np.bincount(index, minlength=len(names))
    means = np.bincount(index, right.mean(axis=1), len(names)) / np.maximum(counts, 1)
    return np.sort(means[counts >= MIN_DRAWINGS_PER_WRITER])


def to_record(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as a JSON object."""
    spread = np.quantile(evaluation.by_writer, (0, 0.1, 0.5, 0.9, 1)) if len(evaluation.by_writer) else np.array([])
    return {
        "drawings": evaluation.drawings,
        "ink": list(evaluation.ink),
        "accuracy": _rounded(evaluation.accuracy),
        "mean": round(evaluation.mean, 4),
        "at_50": round(evaluation.at(0.5), 4),
        "at_100": round(evaluation.at(1.0), 4),
        "log_loss": _rounded(evaluation.log_loss),
        "calibration_error": _rounded(evaluation.calibration_error),
        "recall": _rounded(np.nan_to_num(evaluation.recall)),
        "support": evaluation.support.tolist(),
        "flips": round(evaluation.flips, 3),
        "ink_until_right": {"median": evaluation.ink_until_right[0], "p90": evaluation.ink_until_right[1]},
        "writers": {"count": len(evaluation.by_writer), "min_p10_median_p90_max": _rounded(spread)},
        "confusion": evaluation.confusion.tolist(),
    }


def _rounded(values: Numbers) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
