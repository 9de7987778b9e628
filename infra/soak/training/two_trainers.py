"""Two trainers start on one store at the same moment, again and again: each drawing is trained on once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.soak.storage.scenario.store_servers import running_storage
from infra.soak.training.endless_drawings import endless_drawings
from infra.soak.training.trained import FAMILY, contribute_each, is_complete, is_done, rows_of, start_trainer

ABOUT = "Two trainers are started at once on one store, and both stopped when the new drawings are trained on"

ROUND_SECONDS = 180.0
POLL_SECONDS = 0.05
STOP_SECONDS = 60.0


def run(setting: Setting) -> list[Row]:
    if setting.quick:
        return _tried("a folder", FolderStore(setting.scratch / "store"), setting, 1, {})
    kept_in_folder = _tried("a folder", FolderStore(setting.scratch / "store"), setting, 40, {})
    with running_storage(setting.scratch / "storage") as storage:
        return [*kept_in_folder, *_tried("MinIO", storage.store, setting, 10, storage.environment)]


def _tried(name: str, store: ObjectStore, setting: Setting, starts: int, env: Mapping[str, str]) -> list[Row]:
    drawings, came, torn, ended, tracebacks = endless_drawings("two"), 0, 0, 0, 0
    for number in range(starts):
        came += contribute_each(store, drawings)
        logs = [setting.scratch / name.replace(" ", "-") / f"{number}-{each}" for each in "ab"]
        ended += _round(store, logs, setting.scratch, env)
        torn += not is_complete(store, FAMILY)
        tracebacks += sum("Traceback" in (log / "trainer.log").read_text(errors="replace") for log in logs)
    return [
        check(f"{name}: rounds in which all was trained on", str(ended), str(starts), ended == starts),
        none_of(f"{name}: rounds that left an incomplete champion or listed version", torn, starts, "rounds"),
        *rows_of(name, store, came),
        none_of(f"{name}: logs with a traceback", tracebacks, 2 * starts, "logs"),
    ]  # fmt: skip


def _round(store: ObjectStore, logs: list[Path], scratch: Path, env: Mapping[str, str]) -> bool:
    """Runs two trainers until there is nothing more to do; returns whether they got there."""
    trainers = [start_trainer(log, scratch, env) for log in logs]
    end = time.monotonic() + ROUND_SECONDS
    try:
        while not (ended := is_done(store, FAMILY)) and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        return ended
    finally:
        for trainer in trainers:
            trainer.terminate()
        for trainer in trainers:
            trainer.wait(STOP_SECONDS)
