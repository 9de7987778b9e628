"""Recognition from a few examples: shapes that no model was trained on, drawn a little differently each time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from tests.shipped import shipped_artifact
from training.models.few_shot.geometry import SIZE, geometry
from training.models.few_shot.reader import ExampleReader
from training.models.few_shot.recogniser import MAX_ROWS, Examples, FewShot, join

STAR, WAVE, BOX = range(3)


@pytest.fixture(scope="module")
def reader() -> ExampleReader:
    return ExampleReader(shipped_artifact("path").model)


@pytest.fixture(scope="module")
def three_of_each(reader: ExampleReader) -> Examples:
    return join([reader.read(place, shape(place, hand), 500, 500) for place in (STAR, WAVE, BOX) for hand in range(3)])


def shape(place: int, hand: int) -> tuple[Stroke, ...]:
    """A five-pointed star, a wave or a box by the same hand, turned, sized and placed a little differently."""
    rng = np.random.default_rng((place, hand))
    turns = np.linspace(0, 2 * np.pi, 41)
    if place == STAR:
        corners = np.array([(np.sin(k * 4 * np.pi / 5), -np.cos(k * 4 * np.pi / 5)) for k in range(6)])
    elif place == WAVE:
        corners = np.stack([turns / np.pi - 1, 0.3 * np.sin(3 * turns)], axis=1)
    else:
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * 0.8
    angle, size, middle = rng.normal(0, 0.06), rng.uniform(60, 150), rng.uniform(180, 320, 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = corners @ turn * size + rng.normal(0, 2, corners.shape) + middle
    return (Stroke(tuple(Point(x, y) for x, y in points.tolist())),)


def part(strokes: Sequence[Stroke], ink: float) -> tuple[Stroke, ...]:
    return cut_at_ink(Drawing("", tuple(strokes)), ink).strokes


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


def test_a_shape_that_is_like_no_example_is_doubted_more(reader: ExampleReader, three_of_each: Examples) -> None:
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
