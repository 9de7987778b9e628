"""A new release's model in a store that an earlier release has filled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collector.storage.memory_store import MemoryStore
from training.data.generated.reference import reference_drawings
from training.evaluation.comparison import EvaluationCache
from training.families.recipes import Family
from training.learning.adoption import adopt_shipped
from training.learning.challenger import Run
from training.learning.first_training import train_from_scratch
from training.models.artifact import Artifact
from training.models.registry import Registry

pytestmark = pytest.mark.slow  # trains models

NEWER = "20990101T000000Z-abcdef"
VALIDATION = reference_drawings("validation")


def shipped(artifact: Artifact) -> MemoryStore:
    """A store as a release ships it, with the artifact as its one version."""
    store = MemoryStore()
    registry = Registry(store)
    registry.publish(replace(artifact, card=replace(artifact.card, version=NEWER)), {})
    registry.promote(artifact.card.family, NEWER, "trained from scratch")
    return store


def test_a_shipped_model_that_is_no_worse_becomes_champion(store: MemoryStore, artifact: Artifact) -> None:
    family = artifact.card.family

    verdict = adopt_shipped(store, shipped(artifact), family, VALIDATION, EvaluationCache())

    assert verdict is not None
    assert verdict.accepted
    champion = Registry(store).champion(family)
    assert champion is not None
    assert (champion.version, champion.history) == (NEWER, (artifact.card.version,))


def test_a_shipped_model_that_is_worse_is_published_and_not_asked_about_again(
    store: MemoryStore, artifact: Artifact, family: Family
) -> None:
    name, cache = artifact.card.family, EvaluationCache()
    untrained = train_from_scratch(family, replace(family.recipe, batches=1), reference_drawings("replay", 2), Run())
    worse = shipped(untrained.artifact)

    verdict = adopt_shipped(store, worse, name, VALIDATION, cache)

    assert verdict is not None
    assert not verdict.accepted
    champion = Registry(store).champion(name)
    assert champion is not None
    assert champion.version == artifact.card.version
    assert NEWER in Registry(store).versions(name)
    assert adopt_shipped(store, worse, name, VALIDATION, cache) is None


def test_a_store_without_a_champion_is_left_to_seeding(artifact: Artifact) -> None:
    empty = MemoryStore()

    assert adopt_shipped(empty, shipped(artifact), artifact.card.family, VALIDATION, EvaluationCache()) is None
    assert Registry(empty).versions(artifact.card.family) == []
