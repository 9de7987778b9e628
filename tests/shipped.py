"""The models that Midstroke ships with, loaded for tests."""

from __future__ import annotations

from collector.storage.folder_store import FolderStore
from training.models.artifact import Artifact
from training.models.registry import FIRST_MODELS, Registry


def shipped_artifact(family: str) -> Artifact:
    """The champion of `family` among the shipped models."""
    registry = Registry(FolderStore(FIRST_MODELS))
    champion = registry.champion(family)
    assert champion is not None
    return registry.load(family, champion.version)
