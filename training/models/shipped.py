"""The models that ship with a release, and their copies in stores that have none yet."""

from __future__ import annotations

import logging
from pathlib import Path

from collector.contribution.layout import model_key
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore
from training.models.artifact import CARD
from training.models.registry import BadPointer, Registry

FIRST_MODELS = Path(__file__).parents[1] / "first_models"

log = logging.getLogger(__name__)


def seed_first_models(store: ObjectStore, first_models: Path = FIRST_MODELS) -> list[str]:
    """Publishes the shipped model of each family without a champion; returns those families. Idempotent."""
    if not first_models.is_dir():
        return []
    shipped = FolderStore(first_models)
    source, registry = Registry(shipped), Registry(store)
    seeded = []
    for family in source.families():
        champion = source.champion(family)
        if champion is None or not _lacks_champion(registry, family):
            continue
        copy_version(shipped, store, family, champion.version)
        registry.promote(family, champion.version, champion.reason)
        seeded.append(family)
    return seeded


def _lacks_champion(registry: Registry, family: str) -> bool:
    try:
        return registry.champion(family) is None
    except BadPointer as error:  # someone promoted something here: replacing it is not ours to decide
        log.warning("%s is not seeded: %s", family, error)
        return False


def copy_version(source: ObjectStore, target: ObjectStore, family: str, version: str) -> None:
    """Copies a published version's files from one registry's store to another's; the card comes last."""
    card = model_key(family, version, CARD)
    keys = [key for key in source.keys(card.removesuffix(CARD)) if key != card]
    for key in (*keys, card):
        target.put(key, source.get(key))
