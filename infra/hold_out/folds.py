"""Splits drawings for hold-out evaluation: a fifth of the writers, or whole laboratories. Trains no model."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from training.data.dataset import LabelledDrawing

WRITERS_PERCENT = 20


class NothingToHoldOut(ValueError):
    """The drawings can't be divided; the message names their sources."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Drawings with `use` set anew: those of `held_out` are for validation, the others for training."""

    held_out: str  # a description
    drawings: tuple[LabelledDrawing, ...]


def by_writer(drawings: Sequence[LabelledDrawing]) -> Fold:
    """Validates on a fifth of the writers, by another hash than the trainer chooses its own validation writers by."""
    return _fold(f"{WRITERS_PERCENT} % of the writers", drawings, [_is_chosen(d.contributor) for d in drawings])


def by_laboratory(drawings: Sequence[LabelledDrawing], together: int = 1) -> Iterator[Fold]:
    """Each source is left out once, whole, with up to `together` - 1 others; large ones and small ones mixed.

    Raises:
        NothingToHoldOut: there is one source, or fewer.
    """
    sizes = Counter(drawing.source for drawing in drawings)
    sources = sorted(sizes, key=lambda source: (-sizes[source], source))
    if len(sources) < 2:
        raise NothingToHoldOut(f"all drawings are of {', '.join(sources) or 'nobody'}, expected two sources or more")
    count = max(2, -(-len(sources) // together))
    for number in range(count):
        left_out = set(sources[number::count])
        yield _fold(", ".join(sorted(left_out)), drawings, [drawing.source in left_out for drawing in drawings])


def by_source(drawings: Sequence[LabelledDrawing], sources: Sequence[str]) -> Fold:
    """Validates on the sources whose names begin so, all at once.

    Raises:
        NothingToHoldOut: no drawing, or every one, is of such a source.
    """
    validation = [drawing.source.startswith(tuple(sources)) for drawing in drawings]
    if all(validation) or not any(validation):
        known = ", ".join(sorted({drawing.source for drawing in drawings}))
        raise NothingToHoldOut(f"sources {', '.join(sources)} of {known}: expected some of these, and not all")
    return _fold(", ".join(sources), drawings, validation)


def _fold(held_out: str, drawings: Sequence[LabelledDrawing], validation: Sequence[bool]) -> Fold:
    parted = (
        replace(drawing, use="validation" if validates else "training")
        for drawing, validates in zip(drawings, validation, strict=True)
    )
    return Fold(held_out, tuple(parted))


def _is_chosen(writer: str) -> bool:
    return int.from_bytes(hashlib.sha256(f"held out/{writer}".encode()).digest()[:8], "big") % 100 < WRITERS_PERCENT
