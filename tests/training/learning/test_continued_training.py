"""Continued training: how far a handful of drawings, or wrong labels, move a champion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from training.data.dataset import LabelledDrawing, evaluation_snapshots
from training.data.generated.reference import reference_drawings
from training.families.recipes import Family, Resume
from training.learning.challenger import Run
from training.learning.continued_training import Contributed, Predecessors, continue_training
from training.models.artifact import Artifact, check_artifact, read_weights

pytestmark = pytest.mark.slow  # trains models

NEW = reference_drawings("validation")[:20]
# Nearly all of a batch is new drawings, and Adam's steps have one size however little there is to learn.
RESUME = Resume("adam", 1e-3, batches=10, batch_size=100, copies=2, l2_sp=0.0, replay_ratio=0.01)


@pytest.fixture
def continued(family: Family) -> Family:
    return replace(family, resume=RESUME)


def trained_further(
    family: Family, champion: Artifact, reference_model: Artifact | None, new: Sequence[LabelledDrawing]
) -> Artifact:
    drawings = Contributed(new, replay_buffer=(), validation=reference_drawings("validation"))
    return continue_training(family, Predecessors(champion, reference_model), drawings, Run()).artifact


def distance(one: Artifact, other: Artifact) -> float:
    before, after = read_weights(one.weights), read_weights(other.weights)
    return float(np.sqrt(sum(((after[name] - w) ** 2).sum() for name, w in before.items())))


def test_a_handful_of_drawings_moves_the_weights_less_than_many(continued: Family, artifact: Artifact) -> None:
    far = distance(artifact, trained_further(continued, artifact, None, NEW))

    near = distance(artifact, trained_further(continued, artifact, None, NEW[:2]))

    assert near < far / 2


def test_the_reference_models_soft_labels_counter_wrong_labels(continued: Family, artifact: Artifact) -> None:
    wrong = [replace(drawing, id=f"wrong {drawing.id}", label=(drawing.label + 1) % 10) for drawing in NEW]

    # The gate refuses so large a change and all fractions of it, so that the whole change is compared.
    far = replace(continued, resume=replace(RESUME, learning_rate=1e-2, batches=30))
    without, held = (trained_further(far, artifact, first, wrong) for first in (None, artifact))

    assert not any(each.card.gate["accepted"] for each in (without, held) if each.card.gate)
    assert probability_of_true_label(held) > probability_of_true_label(without)
    assert held.card.recipe["first_opinion"] == 0.5


def test_agreeing_drawings_teach_their_beginnings_by_the_label(continued: Family, artifact: Artifact) -> None:
    far = replace(continued, resume=replace(RESUME, batches=30))
    agreeing = frozenset(drawing.id for drawing in NEW)

    held, free = (
        continue_training(
            far, Predecessors(artifact, artifact), Contributed(NEW, (), NEW, agreeing=ids), Run()
        ).artifact
        for ids in (frozenset[str](), agreeing)
    )

    assert probability_of_true_label(free, 0.2) > probability_of_true_label(held, 0.2)


def test_a_long_training_has_its_own_recipe(continued: Family, artifact: Artifact) -> None:
    long = replace(continued, long_resume=replace(RESUME, batches=3))
    drawings = Contributed(NEW[:5], NEW[5:20], validation=NEW, is_long=True)

    card = continue_training(long, Predecessors(artifact, artifact), drawings, Run()).artifact.card

    assert (card.recipe["batches"], card.recipe["long"]) == (3, True)


def test_cards_keep_the_first_releases_names_of_hyperparameters(continued: Family, artifact: Artifact) -> None:
    recipe = trained_further(continued, artifact, None, NEW[:2]).card.recipe

    assert {"pull", "replay", "first_opinion", "seed"} < recipe.keys()
    assert not {"l2_sp", "replay_ratio"} & recipe.keys()


def test_a_family_without_a_recipe_is_not_trained_further(family: Family, artifact: Artifact) -> None:
    with pytest.raises(ValueError, match="no recipe for continued training"):
        trained_further(replace(family, resume=None), artifact, None, NEW)


def probability_of_true_label(artifact: Artifact, ink: float = 1.0) -> float:
    """The mean probability of the drawings' true labels, at this ink fraction."""
    interpreter, snapshots = check_artifact(artifact), evaluation_snapshots(NEW, artifact.card.encoding, (ink,))
    of_label = [
        interpreter.predict(snapshots.batch(slice(row, row + 1)))[drawing.label] for row, drawing in enumerate(NEW)
    ]
    return float(np.mean(of_label))


def test_the_card_compares_versions_on_the_same_sets_alone(continued: Family, artifact: Artifact) -> None:
    held_out = replace(artifact.card.metrics, evaluated_on="1699 drawings", evaluation_set="", at_100=0.98)
    first = replace(artifact, card=replace(artifact.card, metrics=held_out, evaluations=()))  # as the first release's

    one = trained_further(continued, first, first, NEW)
    two = trained_further(continued, one, first, NEW[:5])

    names = {first.card.version: "first", one.card.version: "one", two.card.version: "two"}
    found = [(names[each.version], each.metrics.evaluated_on) for each in two.card.evaluations]
    assert found == [(name, "200 reference drawings") for name in ("two", "one", "first")] + [
        ("first", "1699 drawings")
    ]
    assert {each.metrics.set_key for each in two.card.evaluations[:3]} == {two.card.metrics.set_key}
    assert two.card.evaluations[0].metrics == two.card.metrics
    assert two.card.evaluations[3].metrics == held_out


def test_contributed_and_reference_drawings_are_evaluated_apart(continued: Family, artifact: Artifact) -> None:
    contributed = [replace(drawing, id=f"contributed {drawing.id}", source="page") for drawing in NEW]
    validation = [*contributed, *reference_drawings("validation")]
    drawings = Contributed(NEW, replay_buffer=(), validation=validation)

    card = continue_training(continued, Predecessors(artifact, None), drawings, Run()).artifact.card

    words = {each.metrics.evaluated_on for each in card.evaluations if each.version == card.version}
    assert words == {"20 drawings by 2 held-out contributors and 200 reference drawings", "200 reference drawings"}
    for each in card.evaluations:
        sets = [other.version for other in card.evaluations if other.metrics.set_key == each.metrics.set_key]
        assert sets == [card.version, artifact.card.version]
