"""Compares what the trainer left in the store with what was contributed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from collector.contribution.layout import ARRIVALS, SHARDS, parse_shard_key
from collector.storage.object_store import ObjectStore
from training.data.shards.compaction import live_and_left
from training.data.shards.files import ShardFiles
from training.data.shards.reader import Shards
from training.learning.progress import StoredProgress
from training.models.artifact import BadArtifact, check_artifact
from training.models.card import BadCard, ContinuedOn
from training.models.registry import Registry, RegistryError


@dataclass(frozen=True, slots=True)
class Trained:
    """Numbers of drawings."""

    trained: int  # by the trainer's own status
    twice: int  # in more than one training's range
    in_shards: int
    doubled: int  # in shards more than once
    waiting: int  # arrivals that no shard has taken in


def is_complete(store: ObjectStore, family: str) -> bool:
    """True if the champion, and every listed version, matches its card."""
    registry = Registry(store)
    try:
        champion = registry.champion(family)
        versions = registry.versions(family)
        for version in versions:
            check_artifact(registry.load(family, version))
    except (RegistryError, BadArtifact, BadCard):
        return False
    return champion is None or champion.version in versions


def is_done(store: ObjectStore, family: str) -> bool:
    """True if everything contributed is in shards and was trained on or rejected."""
    live = live_and_left(store.keys(SHARDS))[0]
    if not live or any(True for _ in store.keys(ARRIVALS)):
        return False
    return StoredProgress(store).of(family).mark >= parse_shard_key(live[-1]).last


def inspect_training(store: ObjectStore, family: str) -> Trained:
    registry = Registry(store)
    cards = [registry.card(family, version) for version in registry.versions(family)]
    learnt = [card.continued_on for card in cards if card.continued_on is not None]
    shards = Shards(ShardFiles(store))
    shards.hold(live_and_left(store.keys(SHARDS))[0])
    stored = Counter(drawing.id for drawing in shards.drawings())
    return Trained(
        trained=StoredProgress(store).of(family).trained_on,
        twice=_twice(learnt),
        in_shards=len(stored),
        doubled=sum(times > 1 for times in stored.values()),
        waiting=sum(1 for _ in store.keys(ARRIVALS)),
    )


def _twice(learnt: list[ContinuedOn]) -> int:
    ordered = sorted(learnt, key=lambda each: each.first)
    return sum(max(0, a.last - b.first + 1) for a, b in pairwise(ordered))
