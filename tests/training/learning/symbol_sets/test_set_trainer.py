"""A symbol set's trainer: when it trains, whom it validates on, and what its cards say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.symbol_sets import store_of, write_set
from collector.symbols.symbol_set import SymbolClass, SymbolSet, add_class, retire
from tests.training.contributing import contributor_for
from tests.training.shapes import BOX, SHAPES, STAR, WAVE, drawing_of, drawings_by, put_shard
from training.data.dataset import LabelledDrawing
from training.families.recipes import FAMILIES, Family
from training.learning.challenger import Run
from training.learning.symbol_sets.examples import ExampleVectors
from training.learning.symbol_sets.label_filter import filter_labels
from training.learning.symbol_sets.set_evaluation import evaluate_champion
from training.learning.symbol_sets.set_trainers import SetTrainers
from training.learning.symbol_sets.validation import split
from training.models.artifact import Artifact, check_artifact
from training.models.card_json import card_to_json, parse_card
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS, copy_version
from training.webhook import VersionEvent

ANN, BOB, CLEO = contributor_for("training", 1), contributor_for("training", 2), contributor_for("validation", 3)


@pytest.fixture
def quick(family: Family) -> Family:
    """A linear model that trains in a fraction of a second."""
    assert family.recipe is not None
    return replace(family, symbols=replace(family.recipe, batches=120, batch_size=100, copies=1))


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    write_set(store, SHAPES)
    return store


def trainers(
    store: MemoryStore,
    families: Sequence[Family],
    tell: Callable[[VersionEvent], None] = lambda _event: None,
    shadow_seconds: float = 0.0,
) -> SetTrainers:
    return SetTrainers(
        store,
        20,
        threading.Event(),
        families,
        first_models=only_path(),
        run=Run(),
        tell=tell,
        shadow_seconds=shadow_seconds,
    )


@cache
def only_path() -> MemoryStore:
    """The shipped path model, without the shipped model of the quick family's name."""
    found = MemoryStore()
    pointer = Registry(FolderStore(FIRST_MODELS)).champion("path")
    assert pointer is not None
    copy_version(FolderStore(FIRST_MODELS), found, "path", pointer.version)
    Registry(found).promote("path", pointer.version, pointer.reason)
    return found


def champion(store: MemoryStore, family: str = "original") -> Artifact:
    registry = Registry(store_of(store, "shapes"))
    pointer = registry.champion(family)
    assert pointer is not None
    return registry.load(family, pointer.version)


def test_nothing_is_trained_before_twenty_drawings_of_each(store: MemoryStore, quick: Family) -> None:
    drawings = [d for d in drawings_by(ANN, 20) if not (d.label == BOX and d.id == drawing_of(BOX, 19, ANN).id)]
    put_shard(store_of(store, "shapes"), drawings)
    trainer = trainers(store, [quick])

    assert trainer.poll() == []
    assert trainer.trainer_of(SHAPES).missing() == "box has 19, expected 20 drawings of each class"


@pytest.mark.slow  # trains models
def test_one_contributors_set_is_cross_validated_and_its_card_says_so(store: MemoryStore, quick: Family) -> None:
    put_shard(store_of(store, "shapes"), drawings_by(ANN, 20))
    events: list[VersionEvent] = []

    # Without a champion there is nothing that live frames could be compared with.
    (outcome,) = trainers(store, [quick], events.append, shadow_seconds=600).poll()

    card = parse_card(card_to_json(outcome.artifact.card))
    assert card.cross_validation == 3
    assert card.metrics.evaluated_on == (
        "60 drawings by 1 contributor, cross-validated in 3 parts: nobody could be held out"
    )
    assert (card.classes.set_id, card.classes.ids) == ("shapes", ("star", "wave", "box"))
    assert outcome.evaluation.at(1.0) > 0.8
    assert champion(store).card.version == card.version
    assert [(event.event, event.symbol_set, event.version) for event in events] == [
        ("published", "shapes", card.version)
    ]
    check_artifact(champion(store))


@pytest.mark.slow  # trains models
def test_held_out_contributors_validate_and_never_train(store: MemoryStore, quick: Family) -> None:
    put_shard(store_of(store, "shapes"), [*drawings_by(ANN, 16), *drawings_by(CLEO, 6, first=50)])

    (outcome,) = trainers(store, [quick]).poll()

    assert outcome.artifact.card.cross_validation is None
    assert outcome.artifact.card.metrics.evaluated_on == "18 drawings by 1 held-out contributor"
    assert outcome.artifact.card.trained_on.drawings == 48
    evaluated = evaluate_champion(champion(store), SHAPES, drawings_by(CLEO, 6, first=50))
    assert evaluated.evaluation is not None
    assert evaluated.metrics.drawings == 18


@pytest.mark.slow  # trains models
def test_a_set_is_trained_again_after_enough_new_drawings_alone(store: MemoryStore, quick: Family) -> None:
    part = store_of(store, "shapes")
    put_shard(part, drawings_by(ANN, 20))
    first = trainers(store, [quick])
    first.poll()

    put_shard(part, drawings_by(ANN, 5, first=30), 61)
    few = trainers(store, [quick]).poll()
    put_shard(part, drawings_by(ANN, 5, first=40), 76)
    before = champion(store).card.version
    waiting = trainers(store, [quick], shadow_seconds=600)
    unseen = [waiting.poll(), waiting.poll()]
    still = champion(store).card.version
    trainers(store, [quick]).poll()  # without the setting the wait ends

    assert few == unseen[0] == unseen[1] == []
    assert still == before
    assert champion(store).card.replaces == before
    assert any("the new drawings" in reason for reason in champion(store).card.gate["reasons"])
    assert list(part.keys("shadow/v1/models/")) == []
    assert list(store.keys("shadow/")) == []


@pytest.mark.slow  # trains models
def test_a_class_that_was_added_joins_with_its_twentieth_drawing(store: MemoryStore, quick: Family) -> None:
    part = store_of(store, "shapes")
    put_shard(part, drawings_by(ANN, 20))
    trainers(store, [quick]).poll()
    more = add_class(SHAPES, SymbolClass("dash", "Dash"))
    write_set(store, more)

    put_shard(part, dashes(19), 61)
    before = trainers(store, [quick]).poll()
    put_shard(part, dashes(1, first=19), 80)
    (after,) = trainers(store, [quick]).poll()

    assert before == []
    assert after.artifact.card.classes.ids == ("star", "wave", "box", "dash")
    assert evaluate_champion(champion(store), more, []).unknown == ()


@pytest.mark.slow  # trains models
def test_a_class_that_was_retired_leaves_the_next_model(store: MemoryStore, quick: Family) -> None:
    part = store_of(store, "shapes")
    # With somebody held out there is no cross-validation, which would be four trainings each time.
    put_shard(part, [*drawings_by(ANN, 20), *drawings_by(CLEO, 5, first=50)])
    trainers(store, [quick]).poll()
    write_set(store, retire(SHAPES, "wave"))

    put_shard(part, drawings_by(ANN, 20, first=30, places=(STAR, BOX)), 76)
    (outcome,) = trainers(store, [quick]).poll()

    assert outcome.artifact.card.classes.ids == ("star", "box")


@pytest.mark.slow  # trains models
def test_two_sets_are_trained_apart_and_one_that_fails_stops_no_other(
    store: MemoryStore, quick: Family, caplog: pytest.LogCaptureFixture
) -> None:
    write_set(store, SymbolSet("bad", "Bad", SHAPES.classes))
    store.put("sets/bad/trainer/progress.json", b"\xff")
    store_of(store, "bad").put("shards/v1/000000000001-000000000060_000000_000000000000.parquet", b"no shard")
    put_shard(store_of(store, "shapes"), drawings_by(ANN, 20))
    trainer = trainers(store, [quick])

    outcomes = [*trainer.poll(), *trainer.poll()]

    assert [outcome.artifact.card.classes.set_id for outcome in outcomes] == ["shapes"]
    assert not any(key.startswith("models/") for key in store.keys(""))
    assert not any(key.startswith("sets/bad/models/") for key in store.keys(""))


def test_held_out_drawings_train_only_where_nobody_else_has_drawn() -> None:
    alone = split(drawings_by(CLEO, 20), (STAR, WAVE, BOX))
    together = split([*drawings_by(CLEO, 20), *drawings_by(ANN, 20, first=40)], (STAR, WAVE, BOX))

    assert alone is not None
    assert alone.folds is not None
    assert len(alone.training) == 60
    assert sorted(np.bincount(alone.folds)) == [18, 21, 21]
    assert together is not None
    assert {drawing.contributor for drawing in together.training} == {ANN}
    assert together.folds is None


def test_training_waits_while_held_out_contributors_alone_have_drawn_a_class() -> None:
    drawings = [*drawings_by(ANN, 20, places=(STAR, WAVE)), *drawings_by(CLEO, 30, first=40)]

    assert split(drawings, (STAR, WAVE, BOX)) is None


def test_a_wrong_label_is_filtered_and_a_right_one_is_not() -> None:
    registry = Registry(FolderStore(FIRST_MODELS))
    pointer = registry.champion("path")
    assert pointer is not None
    vectors = ExampleVectors(registry.load("path", pointer.version))
    drawings = [*drawings_by(ANN, 8), drawing_of(STAR, 90, BOB, label=BOX)]

    verdicts = filter_labels(
        vectors.examples(drawings, [drawing.label for drawing in drawings]), [drawing.id for drawing in drawings], 3
    )

    assert verdicts.agreeing[:-1].all()
    assert verdicts.accepted[:-1].all()
    assert not verdicts.agreeing[-1]
    assert not verdicts.accepted[-1]


@pytest.mark.slow
def test_the_path_model_of_a_set_begins_at_the_shipped_weights(store: MemoryStore) -> None:
    path = next(family for family in FAMILIES if family.name == "path")
    assert path.symbols is not None
    put_shard(store_of(store, "shapes"), [*drawings_by(ANN, 20), *drawings_by(CLEO, 5, first=50)])
    few_batches = replace(path, symbols=replace(path.symbols, batches=60, copies=2, warm_up=10))

    (outcome,) = trainers(store, [few_batches]).poll()

    assert outcome.evaluation.at(1.0) == 1.0
    assert any("the nearest examples" in reason for reason in outcome.verdict.reasons)
    interpreter = check_artifact(outcome.artifact)
    assert (interpreter.classes, interpreter.embeds, interpreter.doubts) == (3, True, True)


def dashes(count: int, first: int = 0) -> list[LabelledDrawing]:
    level = np.linspace((150.0, 250.0), (350.0, 250.0), 12)
    return [
        replace(
            drawing_of(3, hand, ANN, label=3), lines=(level + np.random.default_rng(hand).normal(0, 3, level.shape),)
        )
        for hand in range(first, first + count)
    ]
