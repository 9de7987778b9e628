"""How far a handful of drawings, or wrong labels, move a champion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from training.data.dataset import LabelledDrawing, evaluation_snapshots
from training.data.reference import reference_drawings
from training.families.recipes import Family, Resume
from training.learning.challenger import Run, learn_on
from training.models.artifact import Artifact, check_artifact, read_weights

NEW = reference_drawings("validation")[:20]
# All of a batch is new, and Adam's steps are of one size whatever there is to learn.
RESUME = Resume("adam", 1e-3, batches=10, batch_size=100, copies=2, pull=0.0, replay=0.01)


@pytest.fixture
def learning(family: Family) -> Family:
    return replace(family, resume=RESUME)


def learnt(family: Family, champion: Artifact, baseline: Artifact | None, new: Sequence[LabelledDrawing]) -> Artifact:
    return learn_on(family, champion, baseline, (), new, reference_drawings("validation"), Run()).artifact


def distance(one: Artifact, other: Artifact) -> float:
    before, after = read_weights(one.weights), read_weights(other.weights)
    return float(np.sqrt(sum(((after[name] - w) ** 2).sum() for name, w in before.items())))


def test_a_handful_of_drawings_moves_the_weights_less_than_many(learning: Family, artifact: Artifact) -> None:
    far = distance(artifact, learnt(learning, artifact, None, NEW))

    near = distance(artifact, learnt(learning, artifact, None, NEW[:2]))

    assert near < far / 4


def test_the_first_models_opinion_holds_against_wrong_labels(learning: Family, artifact: Artifact) -> None:
    wrong = [replace(drawing, id=f"wrong {drawing.id}", label=(drawing.label + 1) % 10) for drawing in NEW]

    # So far that all of the way is refused, and none of it is left out: the gate is not what is tried here.
    far = replace(learning, resume=replace(RESUME, learning_rate=1e-2, batches=30))
    alone, held = (learnt(far, artifact, first, wrong) for first in (None, artifact))

    assert not any(each.card.gate["accepted"] for each in (alone, held) if each.card.gate)
    assert right_label(held) > right_label(alone)
    assert held.card.recipe["first_opinion"] == 0.5


def right_label(artifact: Artifact) -> float:
    """The mean probability of what the drawings really are, finished."""
    interpreter, finished = check_artifact(artifact), evaluation_snapshots(NEW, "ink20", (1.0,))
    said = [interpreter.predict(finished.batch(slice(row, row + 1)))[drawing.label] for row, drawing in enumerate(NEW)]
    return float(np.mean(said))
