"""The disk is full, or loses what it is told to sync: nothing is acknowledged, the sender hears why and tries again."""

from __future__ import annotations

import errno
import time

from infra.harness.contributions import contribution_texts
from infra.harness.load import Drawers, drawing_clients
from infra.harness.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import running_service
from infra.soak.storage.faulty_calls import FaultyCalls, faulty_calls
from infra.soak.storage.sender import Sender, sending
from infra.soak.storage.store_servers import running_storage
from infra.soak.storage.stored import look, rows_of, wait_until_drained

ABOUT = "Every write of the spool's fails with ENOSPC, then every sync of it with EIO, while 20 contributions/s come in"

PER_SECOND = 20
FAULTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "the disk is full": (errno.ENOSPC, ("pwrite64",)),
    "fsync fails": (errno.EIO, ("fsync", "fdatasync")),
}
DRAIN_SECONDS = 120.0
TOLD_MIN = 5  # answers to wait for
WAIT_SECONDS = 60.0  # for them on a busy machine
P99_TIMES = 2.0

Span = tuple[float, float]


def run(setting: Setting) -> list[Row]:
    each = 1.0 if setting.quick else 20.0
    var = setting.scratch / "var"
    texts = contribution_texts(setting.seed, setting.drawings)
    rows: list[Row] = []
    spans: dict[str, Span] = {}
    with running_storage(setting.scratch / "storage") as storage, faulty_calls() as (faults, command, descriptors):
        with running_service(var, env=storage.environment, command=command, pass_fds=descriptors) as service:
            with drawing_clients(service.websocket_url) as drawers:
                with sending(service.websocket_url, texts, PER_SECOND, seed=setting.seed) as sender:
                    began = time.monotonic()
                    time.sleep(each)
                    spans["well"] = (began, time.monotonic())
                    for name in FAULTS:
                        rows += _fail(name, each, sender, faults, spans)
                    sender.finish()
                wait_until_drained(var, DRAIN_SECONDS)
        kept = look(storage.store, sender.accepted, sender.sent, setting.seed)
    return [
        *rows,
        *rows_of(kept, len(sender.accepted)),
        none_of("not taken after the disk was well again", sender.unanswered, len(sender.sent), "contributions"),
        *_latencies(setting, drawers, spans),
    ]


def _fail(name: str, seconds: float, sender: Sender, faults: FaultyCalls, spans: dict[str, Span]) -> list[Row]:
    error, calls = FAULTS[name]
    refused_before, told_before, began = faults.refused, sender.refused["busy"], time.monotonic()
    with faults.fail(error, *calls):
        sent_before = set(sender.sent)
        time.sleep(seconds)
        while sender.refused["busy"] - told_before < TOLD_MIN and time.monotonic() - began < WAIT_SECONDS:
            time.sleep(0.05)
        # EvaluationSet by what was sent in this time: answers to what was sent before may still be on their way.
        acknowledged = len(set(sender.accepted) - sent_before)
        told = sender.refused["busy"] - told_before
    spans[name] = (began, time.monotonic())
    time.sleep(1.0)
    return [
        none_of(f"acknowledged while {name}", acknowledged, told, "answers"),
        check(f"told `busy` while {name}", f"{told} answers", ">= 1", told > 0 and faults.refused > refused_before),
    ]


def _latencies(setting: Setting, drawers: Drawers, spans: dict[str, Span]) -> list[Row]:
    p99 = {name: drawers.p99(*span) for name, span in spans.items()}
    before = p99.pop("well")
    return [
        at_most(setting, f"prediction p99 while {name}, of {before:.1f} ms", slow / before, P99_TIMES, "x")
        for name, slow in p99.items()
    ]
