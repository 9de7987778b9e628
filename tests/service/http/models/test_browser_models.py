from __future__ import annotations

from dataclasses import replace

import pytest

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from infra.harness.champions import shipped_artifact
from service.http.models.browser_models import BrowserModels, NoBrowserModel
from training.models.artifact import Artifact, file_entries, read_weights, write_weights
from training.models.browser_weights import NotForBrowsers
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

SHIPPED = Registry(FolderStore(FIRST_MODELS))
OTHER = "20261129T000000Z-000001"


def published(artifact: Artifact) -> Registry:
    registry = Registry(MemoryStore())
    registry.publish(artifact, {})
    return registry


def with_other_features() -> Artifact:
    artifact = shipped_artifact("softmax")
    weights = write_weights({name: array[:1] for name, array in read_weights(artifact.weights).items()})
    card = replace(artifact.card, version=OTHER, files=file_entries(artifact.model, weights))
    return replace(artifact, card=card, weights=weights)


def test_the_champion_is_chosen() -> None:
    artifact = shipped_artifact("softmax")
    card = replace(artifact.card, version=OTHER)
    models = BrowserModels(published(replace(artifact, card=card)), SHIPPED)

    version, weights = models.choose(OTHER)

    assert version == OTHER
    assert OTHER.encode() in weights


@pytest.mark.parametrize("champion", [None, OTHER])
def test_the_shipped_version_stands_in_for_a_champion_that_no_browser_can_run(champion: str | None) -> None:
    models = BrowserModels(published(with_other_features()), SHIPPED)

    version, weights = models.choose(champion)

    assert version == shipped_artifact("softmax").card.version
    assert models.file(version) is weights
    with pytest.raises(NotForBrowsers):
        models.file(OTHER)


def test_without_any_version_there_is_none_to_choose() -> None:
    nothing = Registry(MemoryStore())

    with pytest.raises(NoBrowserModel):
        BrowserModels(nothing, nothing).choose(None)
