"""The vote of a symbol set: drawings alike pull towards their label, others change little; the model counts too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from service.personal.memory import Embedded, make_memory
from service.personal.vote import VOTE, vote

EVEN = [0.1] * 10


def embedded(label: int, *directions: int) -> Embedded:
    """A drawing whose stages are unit vectors along these axes."""
    embeddings = np.eye(12, dtype=np.float32)[list(directions)]
    return Embedded(label, embeddings, np.tile(np.array(EVEN, np.float32), (len(directions), 1)))


def test_a_snapshot_like_an_own_drawing_is_read_as_its_label() -> None:
    memory = make_memory([embedded(3, 0, 1), embedded(8, 2, 3)])

    read = vote(memory, 5 * np.eye(12, dtype=np.float32)[2], EVEN)

    assert np.argmax(read) == 8
    assert sum(read) == pytest.approx(1)


def test_the_models_own_certainty_is_not_overruled_by_a_label_that_was_never_given() -> None:
    sure_of_five = [0.001] * 10
    sure_of_five[5] = 0.991
    memory = make_memory([embedded(3, 0)])

    read = vote(memory, np.eye(12, dtype=np.float32)[4], sure_of_five)

    assert np.argmax(read) == 5


def test_drawings_that_are_little_alike_change_little() -> None:
    leaning = [0.08] * 10
    leaning[4] = 0.28
    memory = make_memory([embedded(3, 0), embedded(8, 1)])

    read = vote(memory, np.eye(12, dtype=np.float32)[5], leaning)

    assert np.argmax(read) == 4


def test_more_drawings_make_the_vote_sharper() -> None:
    assert VOTE.temperature_of(50) < VOTE.temperature_of(20) < VOTE.temperature_of(10) == VOTE.temperature_of(1)


@pytest.mark.parametrize("embedding", [np.zeros(12, np.float32), np.full(12, 1e6, np.float32)])
def test_any_embedding_gives_probabilities(embedding: NDArray[np.float32]) -> None:
    memory = make_memory([embedded(label, label) for label in range(10)])

    read = vote(memory, embedding, EVEN)

    assert np.isfinite(read).all()
    assert sum(read) == pytest.approx(1)
