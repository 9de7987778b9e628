"""Splits drawings into rounds by one new writer, and drawings of other writers to measure and to gate."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from training.data.dataset import LabelledDrawing

HELD_BACK = 5  # every fifth drawing of the new writer is never trained on


class NoSuchWriter(ValueError):
    """The drawings hold no such new writer; the message names some that they do hold."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Drawings by writers that no shipped model was trained on; `others` and `validation` are different people."""

    writer: str
    source: str
    rounds: tuple[tuple[LabelledDrawing, ...], ...]  # by the new writer, in the order that they come
    held_back: tuple[LabelledDrawing, ...]  # by the new writer, never trained on
    others: tuple[LabelledDrawing, ...]  # by half the other writers: only measured
    validation: tuple[LabelledDrawing, ...]  # by the other half: what the gate decides by

    @property
    def each(self) -> int:
        return len(self.rounds[0])


def part(drawings: Sequence[LabelledDrawing], writer: str | None, rounds: int, each: int, pool: int = 1) -> Parts:
    """Drawings by the writer (the start of their hash), or by whoever drew most; fewer a round if there are too few.

    With `pool`, that many writers of one source are taken for one: those with the most drawings.

    Raises:
        NoSuchWriter: no writer of that name, or nobody with a drawing for each round.
    """
    by_writer: dict[str, list[LabelledDrawing]] = defaultdict(list)
    for drawing in drawings:
        if drawing.use == "validation":
            by_writer[drawing.contributor].append(drawing)
    largest_first = sorted(by_writer, key=lambda name: (-len(by_writer[name]), name))
    chosen = _chosen(by_writer, largest_first, writer, pool)
    own = [drawing for name in chosen for drawing in by_writer[name]]
    training, held_back = _held_back(own)
    each = min(each, len(training) // rounds)
    if each == 0:
        raise NoSuchWriter(f"writer {chosen[0]:.8} has {len(own)} drawings, too few for {rounds} rounds")
    rest = [name for name in largest_first if name not in chosen]
    return Parts(
        writer=" ".join(name[:8] for name in chosen),
        source=own[0].source,
        rounds=tuple(tuple(training[n * each : (n + 1) * each]) for n in range(rounds)),
        held_back=tuple(held_back),
        others=tuple(drawing for name in rest[::2] for drawing in by_writer[name]),
        validation=tuple(drawing for name in rest[1::2] for drawing in by_writer[name]),
    )


def _chosen(
    by_writer: dict[str, list[LabelledDrawing]], largest_first: list[str], writer: str | None, pool: int
) -> list[str]:
    found = [name for name in largest_first if name.startswith(writer or "")]
    if not found:
        known = ", ".join(f"{name[:8]} ({by_writer[name][0].source}, {len(by_writer[name])})" for name in largest_first)
        raise NoSuchWriter(f"no new writer {writer or ''}; there are {known[:400] or 'none'}")
    source = by_writer[found[0]][0].source
    same = [name for name in largest_first if by_writer[name][0].source == source and name != found[0]]
    return [found[0], *same[: pool - 1]]


def _held_back(own: Sequence[LabelledDrawing]) -> tuple[list[LabelledDrawing], list[LabelledDrawing]]:
    """Training drawings in the order of a hash, and a held-back fifth of every digit."""
    by_label = sorted(own, key=lambda drawing: (drawing.label, _order(drawing)))
    held_back = by_label[HELD_BACK - 1 :: HELD_BACK]
    kept = {drawing.id for drawing in held_back}
    return sorted((drawing for drawing in own if drawing.id not in kept), key=_order), held_back


def _order(drawing: LabelledDrawing) -> str:
    return hashlib.sha256(f"{drawing.source}/{drawing.id}".encode()).hexdigest()
