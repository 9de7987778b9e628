"""Learning from several strangers at once: how writers are split, and one training of a small model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.learning.groups import TooFewWriters, split
from infra.learning.strangers import describe, learn
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.families.recipes import family_named
from training.learning.challenger import Run
from training.models.shipped import FIRST_MODELS

NEW = [replace(drawing, use="validation", source="new") for drawing in reference_drawings("validation")]  # 20 of 10
KNOWN = [replace(drawing, use="validation", source="known") for drawing in reference_drawings("replay")[:50]]


def writers(drawings: list[LabelledDrawing]) -> set[str]:
    return {drawing.contributor for drawing in drawings}


def test_strangers_give_half_and_nobody_is_in_two_groups() -> None:
    groups = split(NEW, KNOWN, givers=12, each=50)

    assert [len(given) for given in groups.given.values()] == [5] * 12
    assert writers(groups.kept_back) == set(groups.given)
    given = {drawing.id for drawings in groups.given.values() for drawing in drawings}
    assert not given & {drawing.id for drawing in groups.kept_back}
    assert len(writers(groups.others)) == 8
    assert not writers(groups.others) & set(groups.given)


def test_drawings_of_training_writers_are_left_out_unless_no_model_saw_them() -> None:
    mine = [replace(drawing, use="training") if drawing.contributor.endswith("-1") else drawing for drawing in NEW]

    assert len(writers(split(mine, KNOWN, 2, 50).others)) == 17
    assert len(writers(split(mine, KNOWN, 2, 50, every_writer=True).others)) == 18


def test_too_few_writers_are_refused_with_both_numbers() -> None:
    with pytest.raises(TooFewWriters, match=r"20 writers with 50 drawings .* more than 20 writers"):
        split(NEW, KNOWN, givers=20, each=50)


@pytest.mark.slow  # trains a model
def test_one_training_on_all_that_was_given_is_measured_on_each_group() -> None:
    result = learn(family_named("original"), FIRST_MODELS, split(NEW, KNOWN, givers=3, each=5), Run())

    assert result.given == 15
    assert [(change.drawings, change.writers) for change in result.changes] == [(15, 3), (170, 17), (50, 5)]
    assert "original: trained on 15 drawings" in describe(result)[0]
    assert "170 by  17   mean" in describe(result)[2]
