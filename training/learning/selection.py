"""Selects the drawings that a training uses and limits the weight of each contributor. No storage, no shards.

Drawings that are not selected stay in the store; those over a limit may be trained on later, from the replay buffer.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from training.data.dataset import LabelledDrawing
from training.data.shards.group_reader import ShardRow

TRAINING_PER_CONTRIBUTOR = 100  # new drawings in one training, the oldest first
VALIDATION_PER_CONTRIBUTOR = 100  # ten of each digit, a tenth of all validation drawings
# Drawings that the label filter reads as another digit, to those that it reads as labelled. Of honest visitors'
# drawings they are a twentieth.
DISAGREEING_TO_AGREEING = 0.25
MAX_CONTRIBUTOR_WEIGHT = 0.5  # of the new drawings, or of the replay buffer, where there are other contributors


class HasContributor(Protocol):
    """Anything with a known contributor."""

    @property
    def contributor(self) -> str: ...


T = TypeVar("T", bound=HasContributor)


@dataclass(frozen=True, slots=True)
class Selection:
    """The new drawings that a training uses, and how many it leaves out."""

    selected: tuple[ShardRow, ...]
    filtered: int  # rejected by the label filter
    over_limit: int


def select_new(
    new: Sequence[ShardRow],
    accepted: Collection[str],
    agreeing: Collection[str],
    per_contributor: int = TRAINING_PER_CONTRIBUTOR,
) -> Selection:
    """Selects among new training drawings, oldest first.

    `accepted` and `agreeing` are the ids that the label filter accepts, and reads as labelled.
    """
    possible = first_of_each(per_contributor, (row for row in new if row.drawing in accepted))
    disagreeing = [row for row in possible if row.drawing not in agreeing]
    limit = int(DISAGREEING_TO_AGREEING * (len(possible) - len(disagreeing)))
    too_many = {row.drawing for row in disagreeing[limit:]}
    selected = tuple(row for row in possible if row.drawing not in too_many)
    filtered = sum(row.drawing not in accepted for row in new)
    return Selection(selected, filtered, len(new) - filtered - len(selected))


def first_of_each(count: int, drawings: Iterable[T]) -> list[T]:
    """The first `count` drawings of every contributor, in their order."""
    counts: Counter[str] = Counter()
    first = []
    for drawing in drawings:
        counts[drawing.contributor] += 1
        if counts[drawing.contributor] <= count:
            first.append(drawing)
    return first


def sample_by_contributor(drawings: Sequence[LabelledDrawing], count: int) -> list[LabelledDrawing]:
    """At most `count` of the validation drawings, in their order.

    Sampled by a hash of the contributor instead of the time: a crowd that comes at once gets a share, never all.
    """
    sampled = {drawing.id for drawing in first_of_each(VALIDATION_PER_CONTRIBUTOR, sorted(drawings, key=_rank))[:count]}
    return [drawing for drawing in drawings if drawing.id in sampled]


def _rank(drawing: LabelledDrawing) -> tuple[bytes, bytes]:
    # Nobody can choose their rank: a contributor's name is a hash under the service's key.
    return _digest(f"seat {drawing.contributor}"), _digest(drawing.id)


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def split_by_weight(drawings: Sequence[LabelledDrawing]) -> list[tuple[list[LabelledDrawing], float]]:
    """One part, or two with the share of each, so that no contributor weighs more than MAX_CONTRIBUTOR_WEIGHT."""
    if not drawings:
        return []
    by_contributor: dict[str, list[LabelledDrawing]] = defaultdict(list)
    for drawing in drawings:
        by_contributor[drawing.contributor].append(drawing)
    heaviest = max(by_contributor.values(), key=len)
    if len(by_contributor) == 1 or len(heaviest) <= MAX_CONTRIBUTOR_WEIGHT * len(drawings):
        return [(list(drawings), 1.0)]
    others = [drawing for drawing in drawings if drawing.contributor != heaviest[0].contributor]
    return [(heaviest, MAX_CONTRIBUTOR_WEIGHT), (others, 1 - MAX_CONTRIBUTOR_WEIGHT)]
