"""Damaged rows at the spool's head go into quarantine, and what waits behind them is uploaded; later so are they."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from infra.harness.clients.client import call, connected, contribute
from infra.harness.data.contributions import contribution_texts
from infra.harness.processes import free_port
from infra.harness.results.rows import Row, Setting, check
from infra.harness.service_process import RunningService, running_service
from infra.soak.storage.scenario.stored import inspect_store, rows_of
from service.paths import spool_file

ABOUT = "The first 40 of 80 drawings that wait for upload are damaged in the spool; later they are repaired and retried"

COUNT, QUICK_COUNT = 40, 3  # damaged, and as many behind them
ANSWER_SECONDS = 30.0  # limits for a busy machine, not promises
WAIT_SECONDS = 120.0
NO_STORE = {"MIDSTROKE_STORE": "s3://nowhere", "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}


def run(setting: Setting) -> list[Row]:
    count, var = QUICK_COUNT if setting.quick else COUNT, setting.scratch / "var"
    texts = dict(islice(contribution_texts(setting.seed, setting.drawings), 2 * count))
    away = {**NO_STORE, "MIDSTROKE_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    with running_service(var, env=away) as service, connected(service) as socket:
        answers = [contribute(socket, drawing, text, ANSWER_SECONDS) for drawing, text in texts.items()]
    accepted = sum(answer["type"] == "accepted" for answer in answers)
    bodies = _damage(var, list(texts)[:count])
    env = {"MIDSTROKE_STORE": str(setting.scratch / "store")}
    with running_service(var, env=env) as service:
        passed = _wait(
            var, lambda spool: (spool.uploads.queued()[0], spool.uploads.count_quarantined()[0]) == (0, count)
        )
        status, body = _ready(service, f"{count} drawings in quarantine")
        listed = _midstroke(var, "spool", "list")
        _repair(var, bodies)
        _midstroke(var, "spool", "retry")
        repaired = _wait(var, lambda spool: spool.uploads.backlog().drawings == 0)
    stored = inspect_store(FolderStore(setting.scratch / "store"), list(texts), list(texts), setting.seed)
    trouble = json.loads(body)["trouble"]
    return [
        check("acknowledged", str(accepted), str(len(texts)), accepted == len(texts)),
        check("the damaged ones are in quarantine, the others uploaded", _yes(passed), "yes", passed),
        check("`/readyz` is 200 and counts them", f"{status}, {trouble[:40]!r}", f"200, {count} ...",
            status == 200 and f"{count} drawings in quarantine" in trouble),
        check("`midstroke spool list` names each", str(sum(drawing in listed for drawing in bodies)), str(count),
            all(drawing in listed for drawing in bodies)),
        check("repaired and retried, all are uploaded", _yes(repaired), "yes", repaired),
        *rows_of(stored, len(texts)),
    ]  # fmt: skip


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _damage(var: Path, drawings: list[str]) -> dict[str, bytes]:
    """Overwrites the rows' bodies; returns the former ones by drawing."""
    bodies: dict[str, bytes] = {}
    with sqlite3.connect(spool_file(var)) as file:
        for drawing in drawings:
            ((bodies[drawing],),) = file.execute("SELECT body FROM drawings WHERE id = ?", (drawing,)).fetchall()
            damaged = bytes(byte ^ 0xFF for byte in bodies[drawing])
            file.execute("UPDATE drawings SET body = ? WHERE id = ?", (damaged, drawing))
    file.close()
    return bodies


def _repair(var: Path, bodies: dict[str, bytes]) -> None:
    with sqlite3.connect(spool_file(var), timeout=WAIT_SECONDS) as file:
        file.executemany("UPDATE drawings SET body = ? WHERE id = ?", [(body, name) for name, body in bodies.items()])
    file.close()


def _ready(service: RunningService, words: str) -> tuple[int, bytes]:
    """Status and body of `/readyz`, once its trouble has the words, or after WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        status, _, body = call(service, "GET", "/readyz")
        if words in json.loads(body).get("trouble", "") or time.monotonic() > deadline:
            return status, body
        time.sleep(0.2)


def _wait(var: Path, condition: Callable[[Spool], bool]) -> bool:
    spool, deadline = Spool(spool_file(var)), time.monotonic() + WAIT_SECONDS
    try:
        while not (holds := condition(spool)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return holds
    finally:
        spool.close()


def _midstroke(var: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    env = {**os.environ, "MIDSTROKE_VAR": str(var)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout
