"""Fixtures: one small trained model for all tests, since training takes the time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import cache
from typing import Any

import pytest

from collector.ink.encodings import Encoding
from collector.storage.memory_store import MemoryStore
from training.data import dataset
from training.data.dataset import read_picture
from training.data.generated.reference import reference_drawings
from training.data.stages import Canvas, Compact, Lines, stage_arrays
from training.data.stored import picture_reading
from training.families.recipes import Family, Recipe, Resume
from training.learning import trainer
from training.learning.challenger import Outcome, Run
from training.learning.first_training import train_from_scratch
from training.models.artifact import Artifact
from training.models.registry import Registry


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_made_twice() -> Iterator[None]:
    """Most tests contribute the same few drawings, and every training evaluates on the same reference drawings.

    Decoding their pictures, cutting them into stages and drawing figures would take nine tenths of the time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture_reading, "read_picture", cache(read_picture))
        patch.setattr(dataset, "stage_arrays", _stage_arrays)
        patch.setattr(trainer, "draw_figures", lambda _evaluation: {"accuracy.svg": b"<svg/>"})
        yield


_STAGES: dict[Hashable, Compact] = {}


def _stage_arrays(
    encoding: Encoding, lines: Lines, canvas: Canvas, fractions: Sequence[float], picture_side: int | None = None
) -> Compact:
    drawn = tuple((str(line.dtype), line.shape, line.tobytes()) for line in lines)
    key = encoding, drawn, canvas, tuple(fractions), picture_side
    if key not in _STAGES:
        _STAGES[key] = stage_arrays(encoding, lines, canvas, fractions, picture_side)
    return _STAGES[key]


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
