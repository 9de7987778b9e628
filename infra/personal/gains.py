"""Measures the gain in accuracy by a writer's own drawings in memory, and the loss by another writer's."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.personal.writers import Writer
from service.personal.embedder import STAGES, Embedder
from service.personal.memory import Embedded, Memory, make_memory
from service.personal.own_drawings import OwnDrawing
from service.personal.regression import Constants, Regression

Shares = NDArray[np.float64]  # (stages,)


@dataclass(frozen=True, slots=True)
class Gain:
    """Accuracy at each stage, alone and with a memory of `each` drawings of each digit; shares from 0 to 1."""

    source: str
    whose: str  # the memory's drawings
    each: int
    writers: int
    drawings: int
    plain: Shares
    personal: Shares

    @property
    def mean(self) -> float:
        """Points won, over ten stages."""
        return 100 * float((self.personal - self.plain).mean())

    @property
    def finished(self) -> float:
        return 100 * float(self.personal[-1] - self.plain[-1])


@dataclass(frozen=True, slots=True)
class ReadWriter:
    """A writer's drawings as a model sees them."""

    source: str
    given: tuple[tuple[Embedded, ...], ...]
    read: tuple[Embedded, ...]

    def memory(self, each: int) -> Memory:
        return make_memory([embedded for round_ in self.given[:each] for embedded in round_])


def read_writer(writer: Writer, embedder: Embedder) -> ReadWriter:
    given = tuple(_each(round_, embedder) for round_ in writer.given)
    return ReadWriter(writer.source, given, _each(writer.read, embedder))


def _each(drawings: Sequence[OwnDrawing], embedder: Embedder) -> tuple[Embedded, ...]:
    embedded = (embedder.embed(drawing) for drawing in drawings)
    return tuple(each for each in embedded if len(each.embeddings) == len(STAGES))


def gains(writers: Sequence[ReadWriter], counts: Sequence[int], constants: Constants) -> list[Gain]:
    """For each source and each count: the gain with the writer's own drawings, then with another's of the source."""
    by_source: dict[str, list[ReadWriter]] = defaultdict(list)
    for writer in writers:
        by_source[writer.source].append(writer)
    found = []
    for each in counts:
        for source, own in by_source.items():
            found.append(_gain(source, "own", each, own, own, constants))
            others = _others(own, writers)
            if others:
                found.append(_gain(source, "another's", each, own, others, constants))
    return found


def _others(own: Sequence[ReadWriter], everyone: Sequence[ReadWriter]) -> list[ReadWriter]:
    """Another writer for each, of the same source where it has two: who shares a browser shares the device."""
    if len(own) > 1:
        return [*own[1:], own[0]]
    others = [writer for writer in everyone if writer is not own[0]]
    return [random.Random(1).choice(others)] if others else []


def _gain(
    source: str,
    whose: str,
    each: int,
    readers: Sequence[ReadWriter],
    givers: Sequence[ReadWriter],
    constants: Constants,
) -> Gain:
    plain, personal, drawings = np.zeros(len(STAGES)), np.zeros(len(STAGES)), 0
    for reader, giver in zip(readers, givers, strict=True):
        regression = giver.memory(each).fitted(constants).regression
        assert regression is not None  # noqa: S101 - just fitted
        # By writer, each counting alike: who drew most must not decide.
        alone = np.mean([_right(drawing, drawing.probabilities) for drawing in reader.read], axis=0)
        weighed = np.mean([_right(drawing, _weighed(regression, drawing)) for drawing in reader.read], axis=0)
        plain, personal = plain + alone / len(readers), personal + weighed / len(readers)
        drawings += len(reader.read)
    return Gain(source, whose, each, len(readers), drawings, plain, personal)


def _weighed(regression: Regression, drawing: Embedded) -> NDArray[np.float32]:
    rows = zip(drawing.embeddings, drawing.probabilities, strict=True)
    return np.array([regression.weigh(embedding, plain.tolist()) for embedding, plain in rows])


def _right(drawing: Embedded, probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(probabilities.argmax(axis=1) == drawing.label)


def averages(found: Sequence[Gain]) -> list[Gain]:
    """For each memory, the mean of the sources, each counting alike."""
    means = []
    for whose, each in dict.fromkeys((gain.whose, gain.each) for gain in found):
        own = [gain for gain in found if (gain.whose, gain.each) == (whose, each)]
        plain, personal = (np.mean([getattr(gain, name) for gain in own], axis=0) for name in ("plain", "personal"))
        writers, drawings = sum(gain.writers for gain in own), sum(gain.drawings for gain in own)
        means.append(Gain("mean of sources", whose, each, writers, drawings, plain, personal))
    return means
