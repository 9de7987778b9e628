"""What was made ready for one family is there for the next."""

from __future__ import annotations

import numpy as np
import pytest

from tests.shipped import shipped_artifact
from training.data.dataset import Variety, training_snapshots
from training.data.reference import reference_drawings
from training.families.recipes import family_named
from training.learning import distillation as lessons
from training.learning.distillation import Copies, Lessons

fit = pytest.importorskip("training.learning.fit")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The encodings that were made ready, in order."""
    encodings: list[str] = []

    def noted(drawings: object, encoding: str, *args: object, **more: object) -> object:
        encodings.append(encoding)
        return training_snapshots(drawings, encoding, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(lessons, "training_snapshots", noted)
    return encodings


def test_the_same_copies_are_made_once_for_each_encoding(made: list[str]) -> None:
    kept, drawings = Lessons(), reference_drawings("validation", 1)

    first = kept.snapshots(Copies(drawings, Variety(1), 1), "ink20")
    kept.snapshots(Copies(drawings, Variety(1), 1), "path48")
    again = kept.snapshots(Copies(list(drawings), Variety(1), 1), "ink20")

    assert made == ["ink20", "path48"]
    assert again is first


def test_other_copies_are_made_anew(made: list[str]) -> None:
    kept, drawings = Lessons(), reference_drawings("validation", 1)

    for copies in (
        Copies(drawings, Variety(1), 1),
        Copies(drawings, Variety(1), 2),
        Copies(drawings, Variety(2), 2),
        Copies(drawings[1:], Variety(2), 2),
    ):
        kept.snapshots(copies, "ink20")

    assert len(made) == 4


def test_a_teachers_opinions_are_those_of_the_same_copies(made: list[str]) -> None:
    kept, copies = Lessons(), Copies(reference_drawings("validation", 1), Variety(1), 1)
    teacher = shipped_artifact("original")
    fit.use_threads(1)  # the first to run settles it

    opinions = kept.opinions(copies, teacher)

    seen = training_snapshots(copies.drawings, "canvas20", Variety(1), 1)
    np.testing.assert_array_equal(opinions, fit.opinions(family_named("original"), teacher.weights, seen))
    assert kept.opinions(copies, teacher) is opinions
    assert made == ["canvas20"]
