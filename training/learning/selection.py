"""Which drawings teach and decide, and how much each contributor counts for. No storage, no shards in here.

What is not chosen is not lost: it stays in the store, and what is over a cap may teach later among those known.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from training.data.dataset import LabelledDrawing
from training.data.shards.reader import Told

TAUGHT_EACH = 100  # new drawings of one contributor that a training takes, the oldest
VALIDATION_PER_CONTRIBUTOR = 100  # drawings of one contributor that decide: ten of each digit, a tenth of all seats
STRANGE_TO_PLAIN = 0.25  # drawings that the screen would have read otherwise; of honest visitors' they are a twentieth
MOST_OF_BATCH = 0.5  # of the weight of new (or of known) drawings: one contributor's, where there are others


class Given(Protocol):
    """Whatever is known to be somebody's."""

    @property
    def contributor(self) -> str: ...


G = TypeVar("G", bound=Given)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a training is taught of the drawings that came; `left` are over a cap."""

    taught: tuple[Told, ...]
    doubted: int  # held out: the screen does not believe their labels
    left: int


def choose_new(
    new: Sequence[Told], believed: Collection[str], read_right: Collection[str], each: int = TAUGHT_EACH
) -> Choice:
    """Those of the new training drawings, oldest first, that this training is to learn from.

    `believed` are the ids of those whose labels the screen believes, `read_right` of those that it read so itself.
    """
    likely = capped((told for told in new if told.drawing in believed), each)
    strange = [told for told in likely if told.drawing not in read_right]
    too_many = {told.drawing for told in strange[int(STRANGE_TO_PLAIN * (len(likely) - len(strange))) :]}
    taught = tuple(told for told in likely if told.drawing not in too_many)
    doubted = sum(told.drawing not in believed for told in new)
    return Choice(taught, doubted, len(new) - doubted - len(taught))


def capped(given: Iterable[G], each: int) -> list[G]:
    """In their order, the first `each` of every contributor."""
    counts: Counter[str] = Counter()
    kept = []
    for one in given:
        counts[one.contributor] += 1
        if counts[one.contributor] <= each:
            kept.append(one)
    return kept


def seated(drawings: Sequence[LabelledDrawing], most: int) -> list[LabelledDrawing]:
    """Those of these that decide, at most `most`, in their order.

    Seats go by lot to contributors, not to whoever came last: a crowd that comes at once takes a share, never all.
    """
    chosen = {drawing.id for drawing in capped(sorted(drawings, key=_lot), VALIDATION_PER_CONTRIBUTOR)[:most]}
    return [drawing for drawing in drawings if drawing.id in chosen]


def _lot(drawing: LabelledDrawing) -> tuple[bytes, bytes]:
    """The contributor's, which nobody can choose (their name is a hash under the service's key), then the drawing's."""
    return _digest(f"seat {drawing.contributor}"), _digest(drawing.id)


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def by_weight(drawings: Sequence[LabelledDrawing]) -> list[tuple[list[LabelledDrawing], float]]:
    """The drawings in one part, or in two with the share of each, so that nobody weighs more than MOST_OF_BATCH."""
    if not drawings:
        return []
    by_contributor: dict[str, list[LabelledDrawing]] = defaultdict(list)
    for drawing in drawings:
        by_contributor[drawing.contributor].append(drawing)
    heaviest = max(by_contributor.values(), key=len)
    if len(by_contributor) == 1 or len(heaviest) <= MOST_OF_BATCH * len(drawings):
        return [(list(drawings), 1.0)]
    others = [drawing for drawing in drawings if drawing.contributor != heaviest[0].contributor]
    return [(heaviest, MOST_OF_BATCH), (others, 1 - MOST_OF_BATCH)]
