"""Learning from a new writer: how drawings are split, and rounds through the trainer itself on a small model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from collector.contribution.contributor import use_of
from infra.harness.data.contribute import name_for
from infra.learning.curve import draw_curve
from infra.learning.rounds import Learning, NotTrained, Round, Score
from infra.learning.writers import NoSuchWriter, Parts, part
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.families.recipes import family_named
from training.learning.challenger import Run

pytestmark = pytest.mark.slow  # trains models

DRAWINGS = [
    replace(drawing, use="validation", source="own") for drawing in reference_drawings("validation")
]  # 20 of 10


def ids(drawings: tuple[LabelledDrawing, ...]) -> set[str]:
    return {drawing.id for drawing in drawings}


def trained_on(parts: Parts) -> set[str]:
    return {drawing.id for drawings in parts.rounds for drawing in drawings}


def test_no_writer_is_in_two_parts() -> None:
    parts = part(DRAWINGS, None, rounds=2, each=3)

    sides = [trained_on(parts), ids(parts.held_back), ids(parts.others), ids(parts.validation)]
    assert all(sides)
    assert sum(len(side) for side in sides) == len(set().union(*sides))
    others, validation = ({d.contributor for d in side} for side in (parts.others, parts.validation))
    assert not others & validation
    assert not {drawing.contributor for drawing in parts.held_back} & (others | validation)


def test_drawings_by_writers_who_train_models_are_left_out() -> None:
    mine = [replace(drawing, use="training") if drawing.contributor.endswith("-1") else drawing for drawing in DRAWINGS]

    parts = part(mine, None, rounds=2, each=3, pool=4)

    trained = {drawing.id for drawing in mine if drawing.use == "training"}
    assert not trained & (trained_on(parts) | ids(parts.held_back) | ids(parts.others) | ids(parts.validation))


def test_rounds_shrink_when_there_are_too_few_drawings() -> None:
    assert part(DRAWINGS, None, rounds=2, each=100).each == 4
    assert part(DRAWINGS, None, rounds=2, each=100, pool=5).each == 20


def test_a_fifth_of_every_digit_is_held_back() -> None:
    parts = part(DRAWINGS, None, rounds=2, each=100, pool=5)

    assert Counter(drawing.label for drawing in parts.held_back) == dict.fromkeys(range(10), 1)


@pytest.mark.parametrize(("writer", "rounds", "message"), [("x", 2, "no new writer x"), (None, 9, "too few for 9")])
def test_drawings_that_cannot_be_split_are_an_error(writer: str | None, rounds: int, message: str) -> None:
    with pytest.raises(NoSuchWriter, match=message):
        part(DRAWINGS, writer, rounds, 1)


def test_a_name_has_the_use_it_was_made_for() -> None:
    assert use_of(name_for("training", "anyone")) == "training"
    assert use_of(name_for("validation", "anyone")) == "validation"


def test_a_family_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotTrained, match="no model of family softmax"):
        Learning(family_named("softmax"), tmp_path, part(DRAWINGS, None, 1, 3), Run())


def test_the_curve_labels_both_lines_with_their_last_values() -> None:
    rounds = [Round(n, 10 * n, True, (), 1.0, Score(0.5 + n / 10, 0, 0), Score(0.4, 0, 0)) for n in range(3)]

    svg = draw_curve("softmax", rounds).decode()

    assert "this writer 70.0 %" in svg
    assert "other writers 40.0 %" in svg


def test_rounds_go_through_the_trainer_and_are_printed_as_json(tmp_path: Path) -> None:
    path = tmp_path / "drawings.ndjson"
    path.write_text("\n".join(json.dumps(as_line(drawing)) for drawing in validation_writers()))

    ended = subprocess.run(
        [sys.executable, "-m", "infra.learning", "--drawings", str(path), "--family", "original", "--rounds", "2",
         "--each", "3", "--json", "--figures", str(tmp_path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    rounds = json.loads(ended.stdout)["families"]["original"]
    assert [round_["drawings"] for round_ in rounds] == [0, 3, 6]
    assert rounds[1]["reasons"]
    assert all(0 < round_["own"]["mean"] <= 1 and 0 < round_["others"]["mean"] <= 1 for round_ in rounds)
    if not any(round_["accepted"] for round_ in rounds[1:]):
        assert rounds[0]["own"] == rounds[2]["own"]
    assert (tmp_path / "learning-original.svg").read_bytes().startswith(b"<?xml")


def validation_writers() -> list[tuple[str, LabelledDrawing]]:
    """Drawings of three writers whose names make them validation contributors."""
    from collector.ink.drawing import Drawing
    from training.data.drawing_files import contributor_of

    names = (f"w{n}" for n in range(1000))
    writers = [w for w in names if use_of(contributor_of(Drawing("d", (), 0, w, "own"))) == "validation"][:3]
    return [(writers[n % 3], drawing) for n, drawing in enumerate(DRAWINGS[:60])]


def as_line(written: tuple[str, LabelledDrawing]) -> dict[str, object]:
    writer, drawing = written
    strokes = [line.tolist() for line in drawing.lines]
    return {"id": drawing.id, "label": drawing.label, "writer": writer, "source": "own", "strokes": strokes}
