"""The label filter with the shipped models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.shards.group_reader import ShardRow
from training.learning.label_filter import LabelFilter, best_model
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

RIGHT = reference_drawings("validation")


@pytest.fixture(scope="module")
def label_filter() -> LabelFilter:
    return LabelFilter(best_model(Registry(FolderStore(FIRST_MODELS))))


def test_right_labels_are_accepted(label_filter: LabelFilter) -> None:
    assert len(label_filter.accepted(RIGHT)) >= 0.99 * len(RIGHT)


def test_wrong_labels_are_filtered(label_filter: LabelFilter) -> None:
    wrong = [replace(drawing, id=f"wrong {drawing.id}", label=(drawing.label + 1) % 10) for drawing in RIGHT]

    assert len(label_filter.accepted(wrong)) <= 0.05 * len(wrong)


def test_ones_labelled_as_sevens_are_filtered(label_filter: LabelFilter) -> None:
    flipped = [replace(d, id=f"flipped {d.id}", label=7) for d in RIGHT if d.label == 1]

    assert len(label_filter.accepted(flipped)) <= 0.15 * len(flipped)


def test_only_drawings_read_as_labelled_may_validate(label_filter: LabelFilter) -> None:
    likely = [replace(d, id=f"{label} {d.id}", label=label) for d in RIGHT[:40] for label in range(10)]

    validation, teaching = label_filter.agreeing(likely), label_filter.accepted(likely)

    assert [drawing.label for drawing in validation] == [drawing.label for drawing in RIGHT[:40]]
    assert len(teaching) > len(validation)


def test_without_a_shipped_model_every_label_is_accepted() -> None:
    wrong = replace(RIGHT[0], label=5)

    assert best_model(Registry(MemoryStore())) is None
    assert LabelFilter(None).accepted([wrong]) == [wrong]


def test_the_filter_uses_the_model_with_the_highest_standing() -> None:
    shipped = Registry(FolderStore(FIRST_MODELS))
    standings = {}
    for family in shipped.families():
        champion = shipped.champion(family)
        assert champion is not None
        standings[family] = shipped.card(family, champion.version).standing

    model = best_model(shipped)

    assert model is not None
    assert model.card.standing == max(standings.values())


def test_no_drawing_is_read_twice() -> None:
    new = [ShardRow(number, drawing.id, drawing.contributor) for number, drawing in enumerate(RIGHT[:4])]
    asked = []

    def read(rows: Sequence[ShardRow]) -> list[LabelledDrawing]:
        asked.append(len(rows))
        return [RIGHT[each.number] for each in rows]

    fresh = LabelFilter(best_model(Registry(FolderStore(FIRST_MODELS))))
    first, second = fresh.verdicts(new[:3], read), fresh.verdicts(new, read)

    assert asked == [3, 1]
    assert first[0] < second[0] == {drawing.id for drawing in RIGHT[:4]} == second[1]
