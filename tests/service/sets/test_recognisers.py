"""Recognisers are fitted to examples in the background, and others answer until then."""

from __future__ import annotations

import numpy as np
import pytest

from service.personal.memory import Embedded, Memory, make_memory
from service.sets import recognisers
from service.sets.recognisers import FEW, SMALL, Recognisers

STAGES, SIZE = 10, 4


def a_memory(drawings: int, classes: int = 2, stages: int = STAGES) -> Memory:
    rng = np.random.default_rng(drawings)
    made = []
    for number in range(drawings):
        vectors = rng.normal(number % classes, 0.05, (stages, SIZE)).astype(np.float32)
        made.append(Embedded(number % classes, vectors, np.ones((stages, 1), np.float32)))
    return make_memory(made)


def leading(found: Recognisers, shared: Memory | None, own: Memory | None, value: float) -> int | None:
    fitted = found.find(shared, own)
    if fitted is None:
        return None
    probabilities = fitted.read(np.full(SIZE, value, np.float32)).probabilities
    return fitted.classes[probabilities.index(max(probabilities))]


def test_few_examples_are_read_at_once_alone_and_together() -> None:
    found, shared, own = Recognisers([0, 1, 2]), a_memory(4), a_memory(3, classes=3)

    assert [leading(found, shared, None, value) for value in (0.0, 1.0)] == [0, 1]
    assert leading(found, shared, own, 2.0) == 2
    assert leading(found, None, None, 0.0) is None


def test_classes_that_are_retired_are_not_named() -> None:
    found = Recognisers([1])

    fitted = found.find(a_memory(4), None)

    assert fitted is not None
    assert fitted.classes == (1,)


def test_drawings_without_all_stages_are_left_out() -> None:
    assert Recognisers([0, 1]).find(a_memory(4, stages=9), None) is None


def test_many_examples_are_fitted_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[tuple[object, ...]] = []

    class Later:
        def submit(self, *job: object) -> None:
            waiting.append(job)

    monkeypatch.setattr(recognisers, "_fitting_thread", Later)
    found, shared, own = Recognisers([0, 1]), a_memory(SMALL), a_memory(FEW)

    first = leading(found, shared, None, 1.0)  # few: at once
    while_fitting = found.find(shared, own)
    found.prepare_in_time(shared, own)

    assert first == 1
    assert while_fitting is found.find(shared, None)
    assert len(waiting) == 1  # asked for twice, done once
    found.prepare(shared, own)
    assert found.find(shared, own) is not while_fitting


def test_only_so_many_visitors_are_kept() -> None:
    found, shared = Recognisers([0, 1]), a_memory(2)
    visitors = [a_memory(2) for _ in range(recognisers.KEPT + 5)]

    for own in visitors:
        found.prepare(shared, own)

    assert len(found._kept) == recognisers.KEPT
