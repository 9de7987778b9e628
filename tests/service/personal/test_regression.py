"""The regression: own drawings alike lead, others change little, and a left-out drawing has no influence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from service.personal import regression as regression_module
from service.personal.gain import measure_gain
from service.personal.memory import Embedded, Memory, join_memories, make_memory
from service.personal.regression import Regression

EVEN = [0.1] * 10
AXES = np.eye(12, dtype=np.float32)


def embedded(label: int, *directions: int) -> Embedded:
    """A drawing whose stages are unit vectors along these axes."""
    return Embedded(label, AXES[list(directions)], np.tile(np.array(EVEN, np.float32), (len(directions), 1)))


def random_drawings(count: int, stages: int = 10) -> Iterator[Embedded]:
    rng = np.random.default_rng(5)
    for number in range(count):
        rows = rng.normal(AXES[number % 10], 0.3, (stages, 12)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        yield Embedded(number % 10, rows, np.full((stages, 10), 0.1, np.float32))


def fitted(*drawings: Embedded) -> Regression:
    return regression_of(make_memory(drawings).fitted())


def regression_of(memory: Memory) -> Regression:
    assert memory.regression is not None
    return memory.regression


def test_a_snapshot_like_an_own_drawing_is_read_as_its_label() -> None:
    read = fitted(embedded(3, 0, 1), embedded(8, 2, 3)).weigh(5 * AXES[2], EVEN)

    assert np.argmax(read) == 8
    assert sum(read) == pytest.approx(1)


def test_a_sure_model_is_not_overruled_by_drawings_of_other_digits() -> None:
    sure_of_five = [0.001] * 10
    sure_of_five[5] = 0.991

    assert np.argmax(fitted(embedded(3, 0)).weigh(AXES[4], sure_of_five)) == 5


def test_drawings_that_are_little_alike_change_next_to_nothing() -> None:
    leaning = [0.08] * 10
    leaning[4] = 0.28

    assert fitted(embedded(3, 0), embedded(8, 1)).weigh(AXES[5], leaning) == pytest.approx(leaning, abs=0.01)


def test_one_wrong_label_among_drawings_alike_does_not_lead() -> None:
    read = fitted(embedded(1, 0, 0), embedded(1, 0, 0), embedded(7, 0, 0)).weigh(AXES[0], EVEN)

    assert np.argmax(read) == 1


@pytest.mark.parametrize("embedding", [np.zeros(12, np.float32), np.full(12, 1e6, np.float32)])
def test_any_embedding_gives_probabilities(embedding: NDArray[np.float32]) -> None:
    read = fitted(*(embedded(label, label) for label in range(10))).weigh(embedding, EVEN)

    assert np.isfinite(read).all()
    assert sum(read) == pytest.approx(1)


def test_leaving_a_drawing_out_equals_a_fit_to_the_others() -> None:
    drawings = list(random_drawings(24))
    snapshot = drawings[7].embeddings[4]

    (without,) = make_memory(drawings).regressions_without([7])
    refitted = fitted(*drawings[:7], *drawings[8:])

    assert without.weigh(snapshot, EVEN) == pytest.approx(refitted.weigh(snapshot, EVEN), abs=1e-3)
    assert without.weigh(snapshot, EVEN) != pytest.approx(fitted(*drawings).weigh(snapshot, EVEN), abs=1e-3)


def test_of_many_stages_some_of_each_drawing_and_every_finished_one_are_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression_module, "MAX_ROWS", 100)
    drawings = [*random_drawings(11), embedded(3, 11)]
    memory = make_memory(drawings)

    used = regression_of(memory.fitted()).embeddings
    (without,) = memory.regressions_without([0])

    assert used.tolist() == np.concatenate([each.embeddings[-1::-2][::-1] for each in drawings]).tolist()
    assert not without.weights[:5].any()
    assert without.weights[5:].any(axis=1).all()


def test_a_memory_counts_the_bytes_of_its_regression_once(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = make_memory(list(random_drawings(20)))
    whole = memory.fitted()
    monkeypatch.setattr(regression_module, "MAX_ROWS", 100)
    part = memory.fitted()

    assert whole.bytes == memory.bytes + 200 * 10 * 4
    assert part.bytes == memory.bytes + 100 * 10 * 4 + 100 * 12 * 4


def test_the_gain_reads_each_drawing_by_the_others() -> None:
    twice = make_memory([embedded(8, 0, 0), embedded(8, 0, 0), embedded(5, 4)]).fitted()
    lonely = make_memory([embedded(8, 0), embedded(5, 1)]).fitted()

    gain = measure_gain(twice)

    assert gain is not None
    assert (gain.drawings, gain.plain, gain.personal) == (2, 0, 1)
    assert measure_gain(lonely) is None
    assert measure_gain(make_memory([embedded(8, 0), embedded(8, 0)])) is None


def test_memories_are_joined_as_if_made_together() -> None:
    first, second = make_memory([embedded(1, 0, 1), embedded(2, 2)]), make_memory([embedded(3, 3)]).fitted()

    joined = join_memories(first, second)

    assert joined.count == 3
    assert joined.drawings.tolist() == [0, 0, 1, 2]
    assert joined.drawing(2).label == 3
    assert joined.regression is None
