"""Drawings that are no digits, made ones and those of files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.data.dataset import NO_DIGIT, Variety, evaluation_snapshots, training_snapshots
from training.data.drawing_files import read_drawings, read_symbols
from training.data.generated.non_digits import KINDS, made_non_digits
from training.data.generated.reference import reference_drawings

DIGITS = reference_drawings("replay")


def test_made_ones_are_few_the_same_every_time_and_no_digits() -> None:
    made = made_non_digits(DIGITS)

    assert 0 < len(made) < len(DIGITS) / 5
    assert {drawing.label for drawing in made} == {NO_DIGIT}
    for one, again in zip(made, made_non_digits(DIGITS), strict=True):
        assert one.id == again.id
        assert all((a == b).all() for a, b in zip(one.lines, again.lines, strict=True))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_makes_finite_strokes(kind: object) -> None:
    assert callable(kind)
    for seed in range(20):
        strokes = kind(np.random.default_rng(seed))
        assert strokes
        assert all(line.ndim == 2 and line.shape[1] == 2 and np.isfinite(line).all() for line in strokes)


def test_a_drawing_of_no_digit_is_copied_half_as_often_and_keeps_its_label() -> None:
    made = made_non_digits(DIGITS)[:5]

    snapshots = training_snapshots(made, "path48", Variety(4, 10), seed=1)

    assert len(snapshots) == len(made) * 2 * 10
    assert set(snapshots.labels) == {NO_DIGIT}
    assert len(evaluation_snapshots(made, "ink20")) == len(made) * 10


def test_symbols_of_a_file_are_read_apart_from_its_digits(tmp_path: Path) -> None:
    strokes = [[[0, 0, None], [10, 30, None]]]
    lines = [
        {"id": "a", "symbol": "A", "writer": "w", "source": "s", "strokes": strokes},
        {"id": "b", "label": 7, "writer": "w", "source": "s", "strokes": strokes},
        {"id": "c", "writer": "w", "source": "s", "strokes": strokes},
    ]
    path = tmp_path / "some.ndjson"
    path.write_text("\n".join(json.dumps(line) for line in lines))

    assert [(symbol, drawing.id, drawing.label) for symbol, drawing in read_symbols(path)] == [("A", "a", NO_DIGIT)]
    assert [drawing.id for drawing in read_drawings(path)] == ["b"]
