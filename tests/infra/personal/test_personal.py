"""The measurement of personal answers: who gives, who is read, and what comes of a memory that knows the writer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from infra.personal.__main__ import table
from infra.personal.gains import ReadWriter, averages, gains
from infra.personal.writers import writers_of
from service.personal.memory import Embedded
from service.personal.regression import REGRESSION
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings

STAGES = 10


@pytest.fixture(scope="module")
def drawings() -> list[LabelledDrawing]:
    """Three drawings of each digit by one writer, and two by another."""
    found = reference_drawings("replay")
    by_digit = {digit: [d for d in found if d.label == digit][:5] for digit in range(10)}
    return [
        replace(drawing, contributor="ann" if at < 3 else "bob", id=f"{digit}-{at}")
        for digit, own in by_digit.items()
        for at, drawing in enumerate(own)
    ]


def test_a_given_drawing_is_never_evaluated(drawings: list[LabelledDrawing]) -> None:
    ann, bob = writers_of(drawings, most_given=1, most_read=100)

    given = {drawing.id for drawing in ann.given[0]}
    read = {drawing.id for drawing in ann.read}

    assert sorted(drawing.label for drawing in ann.given[0]) == list(range(10))
    assert len(read) == 20
    assert not given & read
    assert len(bob.read) == 10


def test_a_writer_with_too_few_drawings_is_left_out(drawings: list[LabelledDrawing]) -> None:
    assert [writer.name for writer in writers_of(drawings, most_given=2, most_read=100)] == ["ann"]


def test_own_drawings_help_a_model_that_knows_nothing_and_anothers_do_not() -> None:
    ann, bob = read_writer(0), read_writer(10)

    found = gains([ann, bob], [1], REGRESSION)

    own, others = found
    assert (own.whose, others.whose) == ("own", "another's")
    assert own.finished == pytest.approx(90)  # one digit in ten is right by chance
    assert own.mean == pytest.approx(90)
    assert others.finished < own.finished
    assert "| mean of sources | own | 1 | 2 |" in table([*found, *averages(found)])


def read_writer(first_axis: int) -> ReadWriter:
    """A writer whose digits lie along axes of their own."""
    given = tuple(embedded(digit, first_axis + digit) for digit in range(10))
    return ReadWriter("hands", (given,), given)


def embedded(label: int, axis: int) -> Embedded:
    embeddings = np.tile(np.eye(20, dtype=np.float32)[axis], (STAGES, 1))
    return Embedded(label, embeddings, np.full((STAGES, 10), 0.1, np.float32))
