"""Loads champions from a registry, and the models that Midstroke ships with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from collector.storage.folder_store import FolderStore
from training.models.artifact import Artifact
from training.models.registry import Registry, RegistryError
from training.models.shipped import FIRST_MODELS


def champion_of(registry: Registry, family: str) -> Artifact:
    """The champion's files, unchecked.

    Raises:
        RegistryError: the family has no champion, or it can't be read.
    """
    champion = registry.champion(family)
    if champion is None:
        raise RegistryError(f"family {family} has no champion")
    return registry.load(family, champion.version)


def champions_in(folder: Path, families: Sequence[str] | None = None) -> list[Artifact]:
    """The champions of these families, by default of all, in a folder with a registry.

    Raises:
        RegistryError: a family has no champion, or it can't be read.
    """
    registry = Registry(FolderStore(folder))
    return [champion_of(registry, family) for family in families or registry.families()]


def shipped_artifact(family: str) -> Artifact:
    """The model that Midstroke ships with.

    Raises:
        RegistryError: it ships with no model of this family.
    """
    return champion_of(Registry(FolderStore(FIRST_MODELS)), family)
