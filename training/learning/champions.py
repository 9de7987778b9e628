"""Loads the champion that a training continues from, unless it is damaged."""

from __future__ import annotations

from training.data.stored.damaged import DamagedObjects
from training.families.recipes import Family
from training.models.artifact import Artifact, BadArtifact, check_artifact
from training.models.card_json import BadCard
from training.models.registry import Registry, RegistryError


def sound_champion(registry: Registry, family: Family, damaged: DamagedObjects) -> Artifact | None:
    """The champion; None without one, or where it is damaged, which keeps this family, and only this, from it."""
    name = f"champion of {family.name}"
    try:
        pointer = registry.champion(family.name)
        if pointer is None:
            return None
        artifact = registry.load(family.name, pointer.version)
        check_artifact(artifact)
    except (RegistryError, BadCard, BadArtifact) as error:
        damaged.add(name, error)
        return None
    damaged.resolve(name)
    return artifact
