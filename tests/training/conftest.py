"""Fixtures: one small trained model for all tests, since training takes the time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from collector.storage.memory_store import MemoryStore
from training.data.dataset import read_picture
from training.data.generated.reference import reference_drawings
from training.data.stored import picture_reading
from training.families.recipes import Family, Recipe, Resume
from training.learning.challenger import Outcome, Run
from training.learning.first_training import train_from_scratch
from training.models.artifact import Artifact
from training.models.registry import Registry


@pytest.fixture(scope="session", autouse=True)
def _pictures_are_decoded_once() -> Iterator[None]:
    """The same few drawings are contributed by most tests; decoding their pictures would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture_reading, "read_picture", cache(read_picture))
        yield


@pytest.fixture(scope="session")
def family() -> Family:
    """A plain softmax regression on the cropped picture; it trains in a second and reads reference drawings."""
    recipe = Recipe("sgd", 0.5, "constant", batches=300, batch_size=300, copies=2)
    resume = Resume("sgd", 0.01, batches=20, batch_size=200, copies=4, l2_sp=0.001)
    return Family("original", "ink20", build_plain, recipe, resume)


def build_plain(classes: int = 10) -> Any:
    import keras

    cells, place = keras.Input((20, 20), name="cells"), keras.Input((6,), name="place")
    features = keras.layers.Concatenate()([keras.layers.Flatten()(cells), place / 500])
    digits = keras.layers.Dense(classes, activation="softmax", kernel_initializer="zeros", name="digits")(features)
    doubt = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")(features)
    return keras.Model({"cells": cells, "place": place}, {"digits": digits, "doubt": doubt})


@pytest.fixture(scope="session")
def outcome(family: Family) -> Outcome:
    return train_from_scratch(family, family.recipe, reference_drawings("replay"), Run())


@pytest.fixture(scope="session")
def artifact(outcome: Outcome) -> Artifact:
    return outcome.artifact


@pytest.fixture
def store(artifact: Artifact) -> MemoryStore:
    """A store whose champion is the trained model."""
    store = MemoryStore()
    registry = Registry(store)
    registry.publish(artifact, {})
    registry.promote(artifact.card.family, artifact.card.version, "the first")
    return store
