"""Another process holds the spool's write lock: contributions wait or are put off, and predictions wait for nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from infra.harness.clients.client import call, connected
from infra.harness.clients.load import drawing_clients, span
from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.load.bounds import tolerable_p99
from infra.soak.storage.scenario.sender import sending
from service.paths import spool_file

ABOUT = "Another process holds the spool's write lock for 20 s while contributions come in and 20 visitors draw"

PER_SECOND = 40
WELCOME_SECONDS = 2.0
FIRST_SECONDS = 60.0  # for the first acknowledgement on a busy machine


def run(setting: Setting) -> list[Row]:
    locked, part = (1.5, 4) if setting.quick else (20.0, 1)
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_service(setting.scratch / "var") as service:
        with (
            drawing_clients(service.websocket_url, 20 // part, 20 / part) as drawers,
            sending(service.websocket_url, texts, PER_SECOND / part) as sender,
        ):
            sender.wait_for(lambda: len(sender.accepted) > 0, FIRST_SECONDS)
            alone = span(locked)
            with _locked(spool_file(service.var)):
                slowest, readyz = _first_answers(service)
                during = span(locked)
            sender.finish()
    before, beside = drawers.p99(*alone), drawers.p99(*during)
    return [
        at_most(setting, f"prediction p99 meanwhile, of {before:.1f} ms before", beside, tolerable_p99(before), "ms"),
        at_most(setting, "welcome meanwhile", slowest, WELCOME_SECONDS, "s"),
        check("`/healthz` meanwhile", str(readyz), "200", readyz == 200),
        none_of("sent and not acknowledged afterwards", len(sender.sent) - len(sender.accepted), len(sender.sent),
            "contributions"),
    ]  # fmt: skip


def _first_answers(service: RunningService) -> tuple[float, int]:
    """Seconds until a new socket is welcomed, and the status of `/healthz`."""
    began = time.monotonic()
    with connected(service):
        seconds = time.monotonic() - began
    return seconds, call(service, "GET", "/healthz")[0]


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    file = sqlite3.connect(path, timeout=60, isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        file.execute("ROLLBACK")
        file.close()
