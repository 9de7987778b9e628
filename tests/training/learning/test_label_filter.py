"""Which labels are believed, asked of the models that ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from training.data.dataset import LabelledDrawing
from training.data.reference import reference_drawings
from training.data.shards.reader import Told
from training.learning.label_filter import Screen, best_reader
from training.models.registry import FIRST_MODELS, Registry

RIGHT = reference_drawings("validation")


@pytest.fixture(scope="module")
def screen() -> Screen:
    return Screen(best_reader(Registry(FolderStore(FIRST_MODELS))))


def test_right_labels_are_believed(screen: Screen) -> None:
    assert len(screen.believed(RIGHT)) >= 0.99 * len(RIGHT)


def test_wrong_labels_are_not(screen: Screen) -> None:
    wrong = [replace(drawing, id=f"wrong {drawing.id}", label=(drawing.label + 1) % 10) for drawing in RIGHT]

    assert len(screen.believed(wrong)) <= 0.05 * len(wrong)


def test_ones_that_are_called_sevens_are_not_believed(screen: Screen) -> None:
    flipped = [replace(d, id=f"flipped {d.id}", label=7) for d in RIGHT if d.label == 1]

    assert len(screen.believed(flipped)) <= 0.15 * len(flipped)


def test_only_what_is_read_as_it_is_labelled_judges(screen: Screen) -> None:
    likely = [replace(d, id=f"{label} {d.id}", label=label) for d in RIGHT[:40] for label in range(10)]

    validation, teaching = screen.read_right(likely), screen.believed(likely)

    assert [drawing.label for drawing in validation] == [drawing.label for drawing in RIGHT[:40]]
    assert len(teaching) > len(validation)


def test_without_a_shipped_model_every_label_is_believed() -> None:
    wrong = replace(RIGHT[0], label=5)

    assert best_reader(Registry(MemoryStore())) is None
    assert Screen(None).believed([wrong]) == [wrong]


def test_the_one_who_reads_best_is_asked() -> None:
    shipped = Registry(FolderStore(FIRST_MODELS))
    standings = {}
    for family in shipped.families():
        champion = shipped.champion(family)
        assert champion is not None
        standings[family] = shipped.card(family, champion.version).standing

    reader = best_reader(shipped)

    assert reader is not None
    assert reader.card.standing == max(standings.values())


def test_no_drawing_is_read_twice() -> None:
    new = [Told(number, drawing.id, drawing.contributor) for number, drawing in enumerate(RIGHT[:4])]
    asked = []

    def read(told: Sequence[Told]) -> list[LabelledDrawing]:
        asked.append(len(told))
        return [RIGHT[each.number] for each in told]

    fresh = Screen(best_reader(Registry(FolderStore(FIRST_MODELS))))
    first, second = fresh.look(new[:3], read), fresh.look(new, read)

    assert asked == [3, 1]
    assert first[0] < second[0] == {drawing.id for drawing in RIGHT[:4]} == second[1]
