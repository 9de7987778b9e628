"""What a first training is taught from: varied copies of the drawings, and what a teacher makes of them.

Families that are trained one after the other see the same copies in the same or in another encoding; what was made
ready for one is kept for the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding
from training.data.dataset import LabelledDrawing, Snapshots, Variety, training_snapshots
from training.families.recipes import family_named
from training.models.artifact import Artifact

Key = tuple[tuple[str, ...], Variety, int]


@dataclass(frozen=True, slots=True)
class Copies:
    """Which drawings, and how they are varied; by how many processes, and who watches."""

    drawings: Sequence[LabelledDrawing]
    variety: Variety
    seed: int
    processes: int = 1
    progress: Callable[[Iterable[int]], Iterable[int]] = iter

    @property
    def key(self) -> Key:
        """The same for the same copies."""
        return tuple(drawing.id for drawing in self.drawings), self.variety, self.seed


class Lessons:
    """Keeps the snapshots of the last copies that it was asked for, one set for each encoding."""

    def __init__(self) -> None:
        self._key: Key | None = None
        self._snapshots: dict[Encoding, Snapshots] = {}
        self._opinions: dict[str, NDArray[np.float32]] = {}  # by the teacher's version

    def snapshots(self, copies: Copies, encoding: Encoding) -> Snapshots:
        """As `training_snapshots`."""
        if copies.key != self._key:
            self._key, self._snapshots, self._opinions = copies.key, {}, {}
        if encoding not in self._snapshots:
            self._snapshots[encoding] = training_snapshots(
                copies.drawings, encoding, copies.variety, copies.seed,
                processes=copies.processes, progress=copies.progress,
            )  # fmt: skip
        return self._snapshots[encoding]

    def opinions(self, copies: Copies, teacher: Artifact) -> NDArray[np.float32]:
        """What the teacher makes of the same copies and cuts, which it may see in another encoding: (n, 10)."""
        from training.learning import fit  # noqa: PLC0415 - TensorFlow, only once there is something to train on

        family, version = family_named(teacher.card.family), teacher.card.version
        seen = self.snapshots(copies, family.encoding)
        if version not in self._opinions:
            self._opinions[version] = fit.opinions(family, teacher.weights, seen)
        return self._opinions[version]
