"""The disk is full, or fails to sync: nothing is acknowledged, and the sender is asked to try again."""

from __future__ import annotations

import errno
import time

from infra.harness.clients.load import Span
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.soak.storage.scenario.contributing import Contributing, contributing
from infra.soak.storage.scenario.faulty_calls import FaultyCalls, faulty_calls

ABOUT = "Every write of the spool fails with ENOSPC, then every sync of it with EIO, while 20 contributions/s come in"

PER_SECOND = 20
FAULTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "the disk is full": (errno.ENOSPC, ("pwrite64",)),
    "fsync fails": (errno.EIO, ("fsync", "fdatasync")),
}
BUSY_MIN = 3  # answers to wait for
WAIT_SECONDS = 60.0  # for them, on a busy machine
P99_TIMES = 2.0


def run(setting: Setting) -> list[Row]:
    each, pause = (0.3, 0.0) if setting.quick else (20.0, 1.0)
    rows: list[Row] = []
    during: dict[str, Span] = {}
    with faulty_calls() as (faults, command, descriptors):
        with contributing(setting, PER_SECOND, command=command, pass_fds=descriptors) as scenario:
            before = scenario.wait(each)
            for name in FAULTS:
                during[name], found = _fail(name, each, scenario, faults)
                rows += found
                time.sleep(pause)
    return [*rows, *scenario.rows(), *scenario.latency_rows(setting, before, during, P99_TIMES)]


def _fail(name: str, seconds: float, scenario: Contributing, faults: FaultyCalls) -> tuple[Span, list[Row]]:
    error, calls = FAULTS[name]
    sender, failed_before, busy_before = scenario.sender, faults.failed, scenario.sender.refused["busy"]
    with faults.fail(error, *calls):
        sent_before = set(sender.sent)
        span = scenario.wait(seconds)
        # The first answers may be given without a try, for the fault before this one.
        sender.wait_for(
            lambda: sender.refused["busy"] - busy_before >= BUSY_MIN and faults.failed > failed_before, WAIT_SECONDS
        )
        # Only what was sent in this time counts: answers to earlier ones may still be on their way.
        acknowledged = len(set(sender.accepted) - sent_before)
        busy = sender.refused["busy"] - busy_before
    return span, [
        none_of(f"acknowledged while {name}", acknowledged, busy, "answers"),
        check(
            f"refused with `busy` while {name}", f"{busy} answers", ">= 1", busy > 0 and faults.failed > failed_before
        ),
    ]
