"""The project's own drawings."""

from __future__ import annotations

from collections import Counter

import numpy as np

from training.data.generated.reference import reference_drawings


def test_every_digit_is_there_twenty_times_on_the_canvas() -> None:
    drawings = reference_drawings("validation")

    assert Counter(drawing.label for drawing in drawings) == dict.fromkeys(range(10), 20)
    points = np.concatenate([line for drawing in drawings for line in drawing.lines])
    assert points.min() > 0
    assert points.max() < 500


def test_they_are_the_same_every_time() -> None:
    again = reference_drawings.__wrapped__("validation", 2)

    for drawing, other in zip(reference_drawings("validation"), again, strict=False):
        assert all((a == b).all() for a, b in zip(drawing.lines, other.lines, strict=True))


def test_reference_drawings_that_validate_are_not_those_that_are_replayed() -> None:
    validation, replay = reference_drawings("validation"), reference_drawings("replay")

    assert {drawing.use for drawing in validation} == {"validation"}
    assert {drawing.use for drawing in replay} == {"training"}
    for drawing, other in zip(validation, replay, strict=True):
        assert not np.array_equal(drawing.lines[0], other.lines[0])
