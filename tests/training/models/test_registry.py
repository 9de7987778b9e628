"""Versions are immutable and whole; champions are promoted and rolled back, whatever the store does meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collector.contribution.layout import champion_key, model_key
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from infra.harness.champions import shipped_artifact
from training.models.artifact import Artifact
from training.models.card_json import card_to_json
from training.models.registry import BadPointer, NoSuchVersion, Registry, RegistryError, VersionExists

SECOND = "20261122T000000Z-aaaaaa"


class DiesAfter(MemoryStore):
    """Fails at every put after so many."""

    def __init__(self, puts: int) -> None:
        super().__init__()
        self.left = puts

    def put(self, key: str, body: bytes) -> None:
        if self.left == 0:
            raise StoreError("the wire was cut")
        self.left -= 1
        super().put(key, body)


def named(artifact: Artifact, version: str) -> Artifact:
    return replace(artifact, card=replace(artifact.card, version=version))


@pytest.fixture
def artifact() -> Artifact:
    """A shipped model: nothing here needs one that was just trained."""
    return shipped_artifact("original")


@pytest.fixture
def registry(artifact: Artifact) -> Registry:
    registry = Registry(MemoryStore())
    registry.publish(artifact, {"accuracy.svg": b"<svg/>"})
    return registry


def test_a_model_is_loaded_as_it_was_published(registry: Registry, artifact: Artifact) -> None:
    loaded = registry.load("original", artifact.card.version)

    assert (loaded.model, loaded.weights) == (artifact.model, artifact.weights)
    assert replace(loaded.card, files=artifact.card.files) == artifact.card
    assert registry.figure("original", artifact.card.version, "accuracy.svg") == b"<svg/>"
    assert registry.families() == ["original"]
    assert registry.versions("original") == [artifact.card.version]


def test_the_card_lists_every_file_of_its_version(registry: Registry, artifact: Artifact) -> None:
    files = registry.card("original", artifact.card.version).files

    assert {"accuracy.svg", "model.tflite", "weights.npz"} <= set(files)
    assert files["accuracy.svg"].bytes == len(b"<svg/>")


def test_a_version_is_never_written_twice(registry: Registry, artifact: Artifact) -> None:
    with pytest.raises(VersionExists):
        registry.publish(replace(artifact, model=b"other"), {})

    assert registry.load("original", artifact.card.version).model == artifact.model


@pytest.mark.parametrize("puts", [0, 1, 2, 3])
def test_a_publishing_cut_short_is_no_version_and_can_be_done_again(artifact: Artifact, puts: int) -> None:
    store = DiesAfter(puts)
    registry = Registry(store)

    with pytest.raises(StoreError):
        registry.publish(artifact, {"accuracy.svg": b"<svg/>"})

    assert registry.versions("original") == []
    with pytest.raises(NoSuchVersion):
        registry.load("original", artifact.card.version)
    with pytest.raises(NoSuchVersion):
        registry.promote("original", artifact.card.version, "too early")
    store.left = 100
    registry.publish(artifact, {})
    assert registry.load("original", artifact.card.version) == artifact


def test_promoting_remembers_whom_it_replaced(registry: Registry, artifact: Artifact) -> None:
    registry.publish(named(artifact, SECOND), {})
    registry.promote("original", artifact.card.version, "the first")

    champion = registry.promote("original", SECOND, "gate passed")

    assert registry.champion("original") == champion
    assert (champion.version, champion.reason, champion.history) == (SECOND, "gate passed", (artifact.card.version,))


def test_promoting_the_champion_again_changes_nothing(registry: Registry, artifact: Artifact) -> None:
    first = registry.promote("original", artifact.card.version, "the first")

    assert registry.promote("original", artifact.card.version, "again") == first


def test_rolling_back_brings_the_former_champion_and_ends_at_the_first(registry: Registry, artifact: Artifact) -> None:
    registry.publish(named(artifact, SECOND), {})
    registry.promote("original", artifact.card.version, "the first")
    registry.promote("original", SECOND, "gate passed")

    champion = registry.rollback("original")

    assert (champion.version, champion.history) == (artifact.card.version, ())
    with pytest.raises(RegistryError, match="no former champion"):
        registry.rollback("original")


def refused(artifact: Artifact, version: str) -> Artifact:
    return replace(artifact, card=replace(artifact.card, version=version, gate={"accepted": False, "reasons": ["no"]}))


def test_rolling_back_passes_over_what_the_gate_refused(registry: Registry, artifact: Artifact) -> None:
    registry.publish(refused(artifact, SECOND), {})
    registry.publish(named(artifact, "20261123T000000Z-bbbbbb"), {})
    registry.promote("original", artifact.card.version, "the first")
    registry.promote("original", SECOND, "by hand")
    registry.promote("original", "20261123T000000Z-bbbbbb", "gate passed")

    champion = registry.rollback("original")

    assert (champion.version, champion.history) == (artifact.card.version, ())


def test_only_refused_versions_behind_are_nothing_to_roll_back_to(registry: Registry, artifact: Artifact) -> None:
    registry.publish(refused(artifact, SECOND), {})
    registry.promote("original", SECOND, "by hand")
    registry.promote("original", artifact.card.version, "by hand")

    with pytest.raises(RegistryError, match="no former champion"):
        registry.rollback("original")


def test_the_oldest_refused_are_forgotten_and_nothing_else(artifact: Artifact) -> None:
    store = MemoryStore()
    registry = Registry(store)
    versions = [f"202612{day:02d}T000000Z-cccccc" for day in range(1, 7)]
    for version in versions:
        registry.publish(refused(artifact, version), {"accuracy.svg": b"<svg/>"})
    registry.publish(artifact, {})
    registry.promote("original", versions[0], "by hand")
    registry.promote("original", versions[1], "by hand")

    gone = registry.forget_refused("original", keep=2)

    assert gone == versions[2:4]
    assert registry.versions("original") == [artifact.card.version, *versions[:2], *versions[4:]]
    assert not list(store.keys(f"models/original/{versions[2]}/"))


def test_no_name_but_a_familys_and_a_versions_becomes_a_key(registry: Registry) -> None:
    for family, version in (("../x", SECOND), ("original", "../../secret"), ("original", "latest")):
        with pytest.raises(NoSuchVersion):
            registry.load(family, version)
    with pytest.raises(NoSuchVersion):
        registry.figure("original", SECOND, "../card.json")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"family": "softmax", "version": "x", "history": []}', b"[]"])
def test_an_invalid_pointer_differs_from_a_missing_one(body: bytes) -> None:
    store = MemoryStore()
    store.put(champion_key("original"), body)

    with pytest.raises(BadPointer):
        Registry(store).champion("original")


def test_promoting_mends_a_pointer_that_can_not_be_read(artifact: Artifact) -> None:
    store = MemoryStore()
    registry = Registry(store)
    registry.publish(artifact, {})
    store.put(champion_key("original"), b'{"family": "orig')

    registry.promote("original", artifact.card.version, "mended")

    champion = registry.champion("original")
    assert champion is not None
    assert (champion.version, champion.history) == (artifact.card.version, ())


def test_the_card_of_another_version_is_not_taken_for_this_one(artifact: Artifact) -> None:
    store = MemoryStore()
    store.put(model_key("original", SECOND, "card.json"), card_to_json(artifact.card))

    with pytest.raises(NoSuchVersion, match="the card at"):
        Registry(store).card("original", SECOND)
