"""`kill -9` of the trainer while it compacts, trains and publishes: each drawing is trained on exactly once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from collector.contribution.layout import MODELS, SHARDS, TRAINER_STATUS
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import NoSuchObject, ObjectStore
from infra.harness.results.rows import Row, Setting, check, informational, none_of
from infra.soak.storage.scenario.store_servers import running_storage
from infra.soak.training.endless_drawings import endless_drawings
from infra.soak.training.trained import FAMILY, contribute_each, is_complete, is_done, rows_of, start_trainer
from training.models.artifact import CARD
from training.models.status import parse_status

ABOUT = "The trainer is killed (`kill -9`) while it takes in drawings, trains and publishes, and started again"

LIFE_SECONDS = 60.0  # until what is waited for has come; then it is killed wherever it is
LAST_LIFE_SECONDS = 180.0
POLL_SECONDS = 0.004


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of a kill: up to `seconds` after something has begun."""

    name: str
    seconds: float
    begun: Callable[[ObjectStore, frozenset[str]], bool]


def _has_new(prefix: str, end: str = "") -> Callable[[ObjectStore, frozenset[str]], bool]:
    return lambda store, before: any(key.endswith(end) and key not in before for key in store.keys(prefix))


def _is_training(store: ObjectStore, _: frozenset[str]) -> bool:
    return _state(store) == "training"


VERSIONS = f"{MODELS}{FAMILY}/"
MOMENTS = (
    Moment("it was started", 3.0, lambda *_: True),
    Moment("a shard was put", 0.05, _has_new(SHARDS)),
    Moment("training began", 6.0, _is_training),
    Moment("a version's first file was put", 0.08, _has_new(VERSIONS, ".tflite")),
    Moment("its card was put", 0.02, _has_new(VERSIONS, CARD)),
)


def run(setting: Setting) -> list[Row]:
    if setting.quick:
        return _tried("a folder", FolderStore(setting.scratch / "store"), setting, 1, {}, MOMENTS[3:4])
    kept_in_folder = _tried("a folder", FolderStore(setting.scratch / "store"), setting, 30, {}, MOMENTS)
    with running_storage(setting.scratch / "storage") as storage:
        return [*kept_in_folder, *_tried("MinIO", storage.store, setting, 10, storage.environment, MOMENTS)]


def _tried(
    name: str, store: ObjectStore, setting: Setting, kills: int, env: Mapping[str, str], moments: tuple[Moment, ...]
) -> list[Row]:
    rng, drawings = random.Random(setting.seed), endless_drawings("killed")
    torn, came, times = 0, 0, dict.fromkeys((moment.name for moment in moments), 0)
    for number in range(kills):
        came += contribute_each(store, drawings)
        moment = moments[number % len(moments)]
        times[moment.name] += _life(store, setting.scratch, env, moment, rng)
        torn += not is_complete(store, FAMILY)
    came += contribute_each(store, drawings)
    ended = _last_life(store, setting.scratch, env)
    seen = "; ".join(f"{count} after {moment}" for moment, count in times.items())
    return [
        informational(f"{name}: kills", f"{kills}: {seen}"),
        none_of(f"{name}: kills that left an incomplete champion or listed version", torn, kills, "kills"),
        *rows_of(name, store, came),
        check(f"{name}: the last trainer finished everything", "yes" if ended else "no", "yes", ended),
    ]  # fmt: skip


def _life(store: ObjectStore, scratch: Path, env: Mapping[str, str], moment: Moment, rng: random.Random) -> bool:
    """Runs a trainer until its `kill -9`; returns whether the moment came."""
    before = frozenset((*store.keys(SHARDS), *store.keys(VERSIONS)))
    trainer, end = start_trainer(scratch / "var", scratch, env), time.monotonic() + LIFE_SECONDS
    try:
        while not (came := moment.begun(store, before)) and time.monotonic() < end and trainer.poll() is None:
            time.sleep(POLL_SECONDS)
        time.sleep(rng.uniform(0, moment.seconds))
        return came
    finally:
        trainer.kill()
        trainer.wait()


def _last_life(store: ObjectStore, scratch: Path, env: Mapping[str, str]) -> bool:
    """Runs a trainer until there is nothing more to do; returns whether it got there."""
    trainer, end = start_trainer(scratch / "var", scratch, env), time.monotonic() + LAST_LIFE_SECONDS
    try:
        while not (ended := is_done(store, FAMILY)) and time.monotonic() < end and trainer.poll() is None:
            time.sleep(0.1)
        return ended
    finally:
        trainer.terminate()
        trainer.wait(LIFE_SECONDS)


def _state(store: ObjectStore) -> str:
    try:
        return parse_status(store.get(TRAINER_STATUS)).state
    except NoSuchObject:
        return ""
