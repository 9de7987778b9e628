"""The cache of training examples and soft labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from infra.harness.champions import shipped_artifact
from training.data.dataset import Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.families.recipes import family_named
from training.learning import distillation
from training.learning.distillation import AugmentedCopies, ExampleCache


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The encodings of all snapshots made, in order."""
    encodings: list[str] = []

    def noted(drawings: object, encoding: str, *args: object, **more: object) -> object:
        encodings.append(encoding)
        return training_snapshots(drawings, encoding, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(distillation, "training_snapshots", noted)
    return encodings


def test_the_same_copies_are_made_once_for_each_encoding(made: list[str]) -> None:
    cache, drawings = ExampleCache(), reference_drawings("validation", 1)

    first = cache.snapshots(AugmentedCopies(drawings, Variety(1), 1), "ink20")
    cache.snapshots(AugmentedCopies(drawings, Variety(1), 1), "path48")
    again = cache.snapshots(AugmentedCopies(list(drawings), Variety(1), 1), "ink20")

    assert made == ["ink20", "path48"]
    assert again is first


def test_other_copies_are_not_taken_from_the_cache(made: list[str]) -> None:
    cache, drawings = ExampleCache(), reference_drawings("validation", 1)

    for copies in (
        AugmentedCopies(drawings, Variety(1), 1),
        AugmentedCopies(drawings, Variety(1), 2),
        AugmentedCopies(drawings, Variety(2), 2),
        AugmentedCopies(drawings[1:], Variety(2), 2),
    ):
        cache.snapshots(copies, "ink20")

    assert len(made) == 4


@pytest.mark.slow  # loads TensorFlow
def test_a_teachers_soft_labels_are_for_the_same_copies(fit: Any, runtime: Any, made: list[str]) -> None:
    cache, copies = ExampleCache(), AugmentedCopies(reference_drawings("validation", 1), Variety(1), 1)
    teacher = shipped_artifact("original")
    runtime.use_threads(1)  # only the first call has an effect

    soft_labels = cache.soft_labels(copies, teacher)

    seen = training_snapshots(copies.drawings, "canvas20", Variety(1), 1)
    np.testing.assert_array_equal(soft_labels, fit.soft_labels(family_named("original"), teacher.weights, seen))
    assert cache.soft_labels(copies, teacher) is soft_labels
    assert made == ["canvas20"]
