"""`kill -9` of the service at random moments while contributions come in: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from infra.harness.data.contributions import contribution_texts
from infra.harness.processes import free_port
from infra.harness.results.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import RunningService, start_service, stop_service, wait_until_ready
from infra.soak.storage.scenario.sender import Sender, sending
from infra.soak.storage.scenario.store_servers import running_storage
from infra.soak.storage.scenario.stored import inspect_store, rows_of, wait_until_drained
from service.paths import spool_file

ABOUT = "The service is killed (`kill -9`) at random moments while contributions come in, and restarted"

LIFE_SECONDS = (0.05, 1.6)  # from ready to killed
DRAIN_SECONDS = 180.0
READY_SECONDS = 2.0


def run(setting: Setting) -> list[Row]:
    kills, contributions, per_second = (2, 15, 20) if setting.quick else (100, 1000, 50)
    var, port = setting.scratch / "var", free_port()
    texts = contribution_texts(setting.seed, setting.drawings)
    rng, ready, killed = random.Random(setting.seed), list[float](), 0
    with running_storage(setting.scratch / "storage") as storage:
        service, _ = _start(var, port, storage.environment)
        try:
            with sending(service.websocket_url, texts, per_second, seed=setting.seed) as sender:
                while killed < kills or len(sender.sent) < contributions:
                    time.sleep(rng.uniform(*LIFE_SECONDS))
                    service.kill()
                    killed += 1
                    service, seconds = _start(var, port, storage.environment)
                    ready.append(seconds)
                sender.finish()
            wait_until_drained(var, DRAIN_SECONDS)
        finally:
            stop_service(service)
        stored = inspect_store(storage.store, sender.accepted, sender.sent, setting.seed)
    sent = len(sender.sent)
    return [
        check("kills, and contributions sent", f"{killed}, {sent:,}", f">= {kills}, {contributions:,}", holds=True),
        *rows_of(stored, len(sender.accepted)),
        *_answered(sender, var),
        at_most(setting, "ready again after a kill, slowest", max(ready), READY_SECONDS, "s"),
    ]


def _start(var: Path, port: int, env: Mapping[str, str]) -> tuple[RunningService, float]:
    began = time.monotonic()
    service = start_service(var, port, env)
    wait_until_ready(service)
    return service, time.monotonic() - began


def _answered(sender: Sender, var: Path) -> list[Row]:
    with sqlite3.connect(spool_file(var)) as file:
        (rows,) = file.execute("SELECT count(*) FROM drawings").fetchone()
    file.close()
    sent = len(sender.sent)
    return [
        none_of("sent and never answered", sender.unanswered, sent, "contributions"),
        none_of("refused", len(sender.rejected), sent, "contributions"),
        none_of("counted more than once", rows - sent, sent, "contributions"),
    ]
