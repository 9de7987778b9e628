"""The measurement of few-shot sets: who gives examples, who is read, and what a recogniser's accuracy comes to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from infra.symbols.__main__ import table
from infra.symbols.accuracy import few_shot, measure, vote
from infra.symbols.tasks import Task, letters_of, others_tasks, own_tasks
from training.data.dataset import LOOK_ALIKE, LabelledDrawing
from training.data.generated.reference import reference_drawings

LETTERS = "abcdefghijkl"


@pytest.fixture(scope="module")
def drawings() -> list[LabelledDrawing]:
    """Six writers' twelve letters, six of each; only their names matter."""
    drawing = reference_drawings("replay")[0]
    return [
        replace(drawing, id=f"{writer}-{letter}-{number}", contributor=writer, symbol=letter, label=LOOK_ALIKE)
        for writer in ("ann", "bob", "cleo", "dan", "eve", "finn")
        for letter in LETTERS
        for number in range(6)
    ]


def test_a_set_has_ten_letters_of_one_writer_and_reads_what_it_was_not_given(drawings: list[LabelledDrawing]) -> None:
    tasks = own_tasks(letters_of(drawings), each=2, most=4)

    assert len(tasks) == 12
    for task in tasks:
        given, read = ({number for number, _ in pairs} for pairs in (task.examples, task.read))
        assert {drawings[number].contributor for number in given | read} == {task.writer}
        assert (len(given), len(read), len(given & read)) == (20, 20, 0)
    assert {task.half for task in tasks} == {0, 1}


def test_more_examples_leave_what_is_read_as_it_is(drawings: list[LabelledDrawing]) -> None:
    few, many = (own_tasks(letters_of(drawings), each, most=4) for each in (1, 4))

    assert [task.read for task in few] == [task.read for task in many]


def test_a_writer_with_too_few_drawings_has_no_set(drawings: list[LabelledDrawing]) -> None:
    assert own_tasks(letters_of(drawings), each=2, most=6) == []


def test_another_writers_set_has_twenty_examples_of_each_letter_by_five_others(drawings: list[LabelledDrawing]) -> None:
    tasks = others_tasks(letters_of(drawings))

    assert len(tasks) == 6
    for task in tasks:
        examples = [drawings[number] for number, _ in task.examples]
        assert len(examples) == 200
        assert {drawings[number].contributor for number, _ in task.read} == {task.writer}
        assert task.writer not in {drawing.contributor for drawing in examples}
        assert len({drawing.contributor for drawing in examples if drawing.symbol == examples[0].symbol}) == 5


def test_recognisers_read_classes_that_are_far_apart() -> None:
    labels = np.repeat(np.arange(3), 4)
    vectors = np.repeat(np.eye(3, 8, dtype=np.float32)[labels][:, None], 10, axis=1)
    task = Task("ann", 0, 3, ((0, 0), (4, 1), (8, 2)), tuple((n, int(labels[n])) for n in range(12) if n % 4))

    found = [measure("the same writer", 1, "x, all", [task], vectors, recogniser) for recogniser in (vote, few_shot)]

    assert [(each.finished, each.mean, each.drawings) for each in found] == [(1.0, 1.0, 9)] * 2
    assert "| the same writer | 1 | x | all | 1 | 1.000 | 1.000 |" in table(found)
