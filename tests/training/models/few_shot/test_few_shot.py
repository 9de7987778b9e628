"""Recognition from a few examples: shapes that no model was trained on, drawn a little differently each time."""

from __future__ import annotations

import numpy as np
import pytest

from collector.ink.drawing import Point, Stroke
from infra.harness.champions import shipped_artifact
from tests.training.shapes import BOX, STAR, WAVE, shape_lines
from training.models.few_shot.geometry import SIZE, geometry
from training.models.few_shot.reader import ExampleReader
from training.models.few_shot.recogniser import MAX_ROWS, Examples, FewShot, join


@pytest.fixture(scope="module")
def reader() -> ExampleReader:
    return ExampleReader(shipped_artifact("path").model)


@pytest.fixture(scope="module")
def three_of_each(reader: ExampleReader) -> Examples:
    return join([reader.read(place, shape(place, hand), 500, 500) for place in (STAR, WAVE, BOX) for hand in range(3)])


def shape(place: int, hand: int) -> tuple[Stroke, ...]:
    return tuple(Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in shape_lines(place, hand))


def test_three_examples_of_each_are_enough_for_finished_and_for_half_drawn_shapes(
    reader: ExampleReader, three_of_each: Examples
) -> None:
    recogniser = FewShot(three_of_each, (STAR, WAVE, BOX))
    stages = [
        (place, stage, reader.read(place, shape(place, hand), 500, 500).vectors[0, stage])
        for place in (STAR, WAVE, BOX)
        for hand in range(10, 13)
        for stage in (4, 9)
    ]

    readings = [recogniser.read(vector) for _, _, vector in stages]

    assert [np.argmax(reading.probabilities) for reading in readings] == [place for place, _, _ in stages]
    assert all(sum(reading.probabilities) == pytest.approx(1, abs=1e-5) for reading in readings)
    finished = [reading for reading, (_, stage, _) in zip(readings, stages, strict=True) if stage == 9]
    assert min(max(reading.probabilities) for reading in finished) > 0.8


def test_a_shape_that_is_like_no_example_has_a_higher_doubt(reader: ExampleReader, three_of_each: Examples) -> None:
    recogniser = FewShot(three_of_each.only(three_of_each.labels != BOX), (STAR, WAVE))

    known = [recogniser.read(reader.read(STAR, shape(STAR, hand), 500, 500).vectors[0, 9]) for hand in range(10, 14)]
    unknown = [recogniser.read(reader.read(BOX, shape(BOX, hand), 500, 500).vectors[0, 9]) for hand in range(10, 14)]

    assert max(reading.doubt for reading in known) < 0.5 < min(reading.doubt for reading in unknown)


def test_many_snapshots_are_read_as_each_of_them_is(three_of_each: Examples) -> None:
    recogniser = FewShot(three_of_each, (BOX, STAR, WAVE))
    vectors = three_of_each.vectors[:, 5] + np.float32(0.01)

    rows = recogniser.probabilities(vectors)

    np.testing.assert_allclose(rows, [recogniser.read(vector).probabilities for vector in vectors], atol=1e-4)
    assert recogniser.counts == (3, 3, 3)


def test_a_class_without_examples_is_never_the_guess(three_of_each: Examples) -> None:
    recogniser = FewShot(three_of_each, (STAR, WAVE, BOX, 7))

    rows = recogniser.probabilities(three_of_each.vectors.reshape(-1, three_of_each.vectors.shape[2]))

    assert recogniser.counts[3] == 0
    assert not (rows.argmax(axis=1) == 3).any()


def test_a_finished_class_is_not_taken_for_the_middle_of_another() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(0, 1, (2, 10, 8)).astype(np.float32)
    vectors[1, 5] = vectors[0, 9]

    probabilities = FewShot(Examples(vectors, np.array([0, 1])), (0, 1)).read(vectors[0, 9]).probabilities

    assert probabilities[0] > 0.8


@pytest.mark.parametrize("classes", [2, 10, 200])
def test_an_exact_repetition_is_sure_among_few_and_many_classes(classes: int) -> None:
    vectors = 3 * np.random.default_rng(4).normal(0, 1, (classes, 10, 8)).astype(np.float32)

    recogniser = FewShot(Examples(vectors, np.arange(classes)), range(classes))

    assert 0.9 < recogniser.read(vectors[0, 9]).probabilities[0] < 0.99


def test_of_too_many_examples_the_newest_of_each_class_stay() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(50), 20)
    vectors = (rng.normal(0, 0.02, (len(labels), 10, 8)) + np.eye(50, 8)[labels][:, None]).astype(np.float32)

    recogniser = FewShot(Examples(vectors, labels), range(50))

    assert recogniser.counts == (20,) * 50
    assert recogniser.bytes <= MAX_ROWS * (8 + 1 + 50) * 4


def test_examples_of_other_classes_alone_are_refused(three_of_each: Examples) -> None:
    with pytest.raises(ValueError, match="9 examples, expected at least one of 2 classes"):
        FewShot(three_of_each, (5, 6))


def test_geometry_leaves_out_place_and_size(reader: ExampleReader) -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(0, 100, (1, 48, 2)).astype(np.float32)
    starts = np.eye(1, 48, dtype=np.float32)

    small, large = (
        geometry({"points": points * scale + shift, "starts": starts, "canvas": np.full((1, 2), 500, np.float32)})
        for scale, shift in ((1, 20), (4, 3))
    )

    assert small.shape == (1, SIZE)
    np.testing.assert_allclose(small, large, atol=1e-4)
