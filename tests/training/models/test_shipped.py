"""Shipped models reach stores that have no champion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from infra.harness.champions import shipped_artifact
from training.models.registry import Registry
from training.models.shipped import seed_first_models

SECOND = "20261122T000000Z-aaaaaa"


def test_shipped_models_are_seeded_once_and_never_over_a_champion(tmp_path: Path) -> None:
    artifact = shipped_artifact("original")
    shipped, store = Registry(FolderStore(tmp_path)), MemoryStore()
    shipped.publish(artifact, {"accuracy.svg": b"<svg/>"})
    shipped.promote("original", artifact.card.version, "the first")

    seeded = [seed_first_models(store, tmp_path) for _ in range(2)]

    registry = Registry(store)
    assert seeded == [["original"], []]
    assert registry.load("original", artifact.card.version) == shipped.load("original", artifact.card.version)
    registry.publish(replace(artifact, card=replace(artifact.card, version=SECOND)), {})
    registry.promote("original", SECOND, "gate passed")
    assert seed_first_models(store, tmp_path) == []
    champion = registry.champion("original")
    assert champion is not None
    assert champion.version == SECOND


def test_a_folder_that_is_not_there_seeds_nothing(tmp_path: Path) -> None:
    assert seed_first_models(MemoryStore(), tmp_path / "none") == []
