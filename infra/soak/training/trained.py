"""Starts trainers of the trials, and compares what they left in the store with what was contributed."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from collector.contribution.layout import ARRIVALS, SHARDS, parse_shard_key
from collector.storage.object_store import ObjectStore
from infra.harness.data.contribute import contribute
from infra.harness.results.rows import Row, none_of
from infra.harness.trainer_process import TrainerProcess
from training.data.dataset import LabelledDrawing
from training.data.shards.compaction import live_and_left
from training.data.shards.files import ShardFiles
from training.data.shards.reader import Shards
from training.learning.state.progress import StoredProgress
from training.models.artifact import BadArtifact, check_artifact
from training.models.card import ContinuedOn
from training.models.card_json import BadCard
from training.models.registry import Registry, RegistryError

FAMILY = "original"  # the one that trains fastest: what is tried is the same for all
EACH = 4  # new drawings that start a training


@dataclass(frozen=True, slots=True)
class Trained:
    """Numbers of drawings."""

    trained: int  # by the trainer's own status
    twice: int  # in more than one training's range
    in_shards: int
    doubled: int  # in shards more than once
    waiting: int  # arrivals that no shard has taken in


def start_trainer(var: Path, scratch: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A trainer of FAMILY with a folder of its own, on the store in `scratch` unless `env` names another."""
    own = {
        "MIDSTROKE_STORE": str(scratch / "store"),
        "MIDSTROKE_RETRAIN_AFTER": str(EACH),
        "MIDSTROKE_TRAINER_POLL_SECONDS": "0.1",
    }
    return TrainerProcess(var, {**own, **env}, [FAMILY]).process


def contribute_each(store: ObjectStore, drawings: Iterator[LabelledDrawing]) -> int:
    """Contributes EACH drawings, as many as start a training."""
    contribute(store, [next(drawings) for _ in range(EACH)], datetime.now(UTC))
    return EACH


def rows_of(name: str, store: ObjectStore, came: int) -> list[Row]:
    """Each of the drawings that came was trained on once, and is in the shards once."""
    trained = inspect_training(store, FAMILY)
    strays = abs(came - trained.in_shards) + trained.doubled + trained.waiting
    return [
        none_of(f"{name}: trained on twice", trained.twice + max(0, trained.trained - came), came, "drawings"),
        none_of(f"{name}: never trained on", max(0, came - trained.trained), came, "drawings"),
        none_of(f"{name}: missing from shards, twice in them, or not compacted", strays, came, "drawings"),
    ]


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
