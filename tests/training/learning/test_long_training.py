"""The numbers of drawings at which continued training is long."""

from __future__ import annotations

import pytest

from training.learning.long_training import is_long_due


@pytest.mark.parametrize(
    ("before", "new", "expected"),
    [
        (0, 20, False),
        (60, 39, False),
        (80, 20, True),
        (100, 20, False),
        (110, 20, True),
        (0, 600, True),
        (600, 20, False),
    ],
)
def test_long_trainings_become_rarer_as_drawings_add_up(before: int, new: int, expected: bool) -> None:
    assert is_long_due(before, new) is expected


def test_drawings_that_come_in_small_numbers_make_a_long_training_for_each_quarter_more() -> None:
    long = [before for before in range(0, 1000, 20) if is_long_due(before, 20)]

    assert len(long) == 11
    assert long[0] == 80
