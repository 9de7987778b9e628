"""Hold-out evaluation: no writer is on both sides, and averages are right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.hold_out.folds import NothingToHoldOut, by_laboratory, by_source, by_writer
from infra.hold_out.scores import Score, averages, scores
from training.data.augmentation.placing import PLACINGS
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.families.recipes import family_named
from training.learning.challenger import Run

pytestmark = pytest.mark.slow  # trains models

DRAWINGS = [
    replace(drawing, source=f"laboratory {number % 5}", contributor=f"writer {number % 40}")
    for number, drawing in enumerate(reference_drawings("replay")[:200])
]


def test_no_writer_is_on_both_sides() -> None:
    fold = by_writer(DRAWINGS)

    trains, judges = sides(fold.drawings)
    assert trains
    assert judges
    assert not {d.contributor for d in trains} & {d.contributor for d in judges}
    assert len(trains) > len(judges)


@pytest.mark.parametrize("together", [1, 2, 5])
def test_each_laboratory_judges_once_and_then_trains_nothing(together: int) -> None:
    folds = list(by_laboratory(DRAWINGS, together))

    judged = [sorted({d.source for d in sides(fold.drawings)[1]}) for fold in folds]
    assert sorted(source for sources in judged for source in sources) == [f"laboratory {n}" for n in range(5)]
    for fold, sources in zip(folds, judged, strict=True):
        assert not {d.source for d in sides(fold.drawings)[0]} & set(sources)
        assert len(sides(fold.drawings)[0]) > 0


def test_sources_that_begin_alike_are_held_out_together() -> None:
    fold = by_source(DRAWINGS, ["laboratory 1", "laboratory 3"])

    assert {d.source for d in sides(fold.drawings)[1]} == {"laboratory 1", "laboratory 3"}
    with pytest.raises(NothingToHoldOut, match="nowhere of laboratory 0"):
        by_source(DRAWINGS, ["nowhere"])


def test_a_single_laboratory_can_not_be_held_out() -> None:
    with pytest.raises(NothingToHoldOut, match="laboratory 0"):
        list(by_laboratory([drawing for drawing in DRAWINGS if drawing.source == "laboratory 0"]))


def test_every_source_that_is_held_out_gets_its_score() -> None:
    fold = next(iter(by_laboratory(DRAWINGS, 3)))

    found = list(scores(fold, [family_named("original")], 0.01, Run()))

    assert [score.source for score in found[:: len(PLACINGS)]] == ["laboratory 0", "laboratory 2", "laboratory 4"]
    assert [score.placing for score in found[: len(PLACINGS)]] == [placing.name for placing in PLACINGS]
    assert all(score.drawings == 40 and len(score.accuracy) == 10 for score in found)


def test_means_count_sources_alike_or_drawings_alike() -> None:
    found = [Score("path", "", "a", "anywhere", 30, (0.9,)), Score("path", "", "b", "anywhere", 10, (0.5,))]

    of_sources, of_drawings = averages(found)

    assert of_sources.accuracy == (0.7,)
    assert of_drawings.accuracy == (0.8,)


def sides(drawings: tuple[LabelledDrawing, ...]) -> tuple[list[LabelledDrawing], list[LabelledDrawing]]:
    return [d for d in drawings if d.use == "training"], [d for d in drawings if d.use == "validation"]
