"""Training examples of a first training: augmented copies of drawings, and a teacher's soft labels for them.

Families that are trained one after the other use the same copies, in the same or another encoding, so they are cached.
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
class AugmentedCopies:
    """Drawings and how they are augmented; `processes` and `progress` only affect how the copies are made."""

    drawings: Sequence[LabelledDrawing]
    variety: Variety
    seed: int
    processes: int = 1
    progress: Callable[[Iterable[int]], Iterable[int]] = iter

    @property
    def key(self) -> Key:
        """Equal for equal copies."""
        return tuple(drawing.id for drawing in self.drawings), self.variety, self.seed


class ExampleCache:
    """Caches the snapshots and soft labels of the copies last asked for, by encoding and by teacher."""

    def __init__(self) -> None:
        self._key: Key | None = None
        self._snapshots: dict[Encoding, Snapshots] = {}
        self._soft_labels: dict[str, NDArray[np.float32]] = {}  # by the teacher's version

    def snapshots(self, copies: AugmentedCopies, encoding: Encoding) -> Snapshots:
        """The result of `training_snapshots`."""
        if copies.key != self._key:
            self._key, self._snapshots, self._soft_labels = copies.key, {}, {}
        if encoding not in self._snapshots:
            self._snapshots[encoding] = training_snapshots(
                copies.drawings, encoding, copies.variety, copies.seed,
                processes=copies.processes, progress=copies.progress,
            )  # fmt: skip
        return self._snapshots[encoding]

    def soft_labels(self, copies: AugmentedCopies, teacher: Artifact) -> NDArray[np.float32]:
        """The teacher's probabilities and doubt (n, 11) for the same snapshots, in the teacher's own encoding."""
        from training.learning.fitting import fit  # noqa: PLC0415 - TensorFlow, only once a training starts

        family, version = family_named(teacher.card.family), teacher.card.version
        snapshots = self.snapshots(copies, family.encoding)
        if version not in self._soft_labels:
            self._soft_labels[version] = fit.soft_labels(family, teacher.weights, snapshots)
        return self._soft_labels[version]
