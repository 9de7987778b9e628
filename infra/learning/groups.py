"""Splits drawings by writers that no model was trained on: what strangers give, what they keep back, and who else."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from training.data.dataset import LabelledDrawing


class TooFewWriters(ValueError):
    """The drawings are by fewer writers than asked for; the message has both numbers."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Drawings by three groups of writers; nobody is in two of them."""

    given: dict[str, list[LabelledDrawing]]  # by the strangers who contribute, by writer
    kept_back: list[LabelledDrawing]  # by the same, never trained on
    others: list[LabelledDrawing]  # by other writers of the same collections
    control: list[LabelledDrawing]  # by writers of the collections that they are compared with


def split(
    drawings: Sequence[LabelledDrawing],
    control: Sequence[LabelledDrawing],
    givers: int,
    each: int,
    *,
    every_writer: bool = False,
) -> Groups:
    """The `givers` writers with the most drawings give half of them, at most `each`, and keep at most as many.

    Takes validation writers alone, or with `every_writer` all of `drawings`: for models that saw none of them.

    Raises:
        TooFewWriters: there are not enough, or nobody is left to measure.
    """
    by_writer: dict[str, list[LabelledDrawing]] = defaultdict(list)
    for drawing in drawings:
        if every_writer or drawing.use == "validation":
            by_writer[drawing.contributor].append(drawing)
    largest_first = sorted(by_writer, key=lambda name: (-len(by_writer[name]), name))
    strangers = [name for name in largest_first[:givers] if len(by_writer[name]) > 1]
    others = [drawing for name in largest_first[givers:] for drawing in by_writer[name]]
    compared = [drawing for drawing in control if drawing.use == "validation"]
    if len(strangers) < givers or not others or not compared:
        raise TooFewWriters(
            f"{len(by_writer)} writers with {len(compared)} drawings to compare with, expected more than {givers} "
            "writers, and drawings by validation writers to compare with"
        )
    given, kept_back = dict[str, list[LabelledDrawing]](), list[LabelledDrawing]()
    for name in strangers:
        own = sorted(by_writer[name], key=_rank)
        gives = min(each, len(own) // 2)
        given[name] = own[:gives]
        kept_back += own[gives : gives + each]
    return Groups(given, kept_back, others, compared)


def _rank(drawing: LabelledDrawing) -> str:
    return hashlib.sha256(f"{drawing.source}/{drawing.id}".encode()).hexdigest()
