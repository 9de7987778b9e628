"""The scenario of most storage trials: visitors draw and contribute while the store or the disk fails."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from infra.harness.clients.load import Drawers, Span, drawing_clients, span
from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import Row, Setting, at_most, none_of
from infra.harness.service_process import COMMAND, running_service
from infra.soak.storage.scenario.sender import Sender, sending
from infra.soak.storage.scenario.store_servers import Storage, running_storage
from infra.soak.storage.scenario.stored import Stored, inspect_store, rows_of, wait_until_drained

DRAIN_SECONDS = 180.0
FIRST_SECONDS = 60.0  # for the first acknowledgement on a busy machine
QUICK_PART = 4  # a quick run may share its machine: so many times fewer contributions and visitors


@dataclass(slots=True)
class Contributing:
    """The scenario under way; from `drained` on, known after its block."""

    storage: Storage
    sender: Sender
    drawers: Drawers
    drained: float = 0.0  # seconds until nothing waited for upload
    ended: float = 0.0
    stored: Stored = field(default_factory=Stored)

    def wait(self, seconds: float) -> Span:
        """Lets the scenario run; returns the span in which it did."""
        return span(seconds)

    def rows(self) -> list[Row]:
        """Nothing acknowledged is lost, and everything sent is acknowledged in the end."""
        sent, accepted = len(self.sender.sent), len(self.sender.accepted)
        return [
            *rows_of(self.stored, accepted),
            none_of("sent and not acknowledged", sent - accepted, sent, "contributions"),
        ]

    def latency_rows(self, setting: Setting, before: Span, during: Mapping[str, Span], times: float) -> Iterator[Row]:
        """The visitors' 99th percentile in each span, compared with the one before."""
        p99 = self.drawers.p99(*before)
        for name, meanwhile in during.items():
            ratio = self.drawers.p99(*meanwhile) / p99
            yield at_most(setting, f"prediction p99 while {name}, of {p99:.1f} ms before", ratio, times, "x")


@contextlib.contextmanager
def contributing(
    setting: Setting,
    per_second: float,
    env: Mapping[str, str] | None = None,
    visitors: int = 20,
    store_is_up: bool = True,
    command: Sequence[str] = COMMAND,
    pass_fds: Sequence[int] = (),
) -> Iterator[Contributing]:
    """A service with a store, contributions at a steady rate, and visitors who each draw 20 snapshots/s.

    A quick run has a quarter of both, and 2 snapshots/s. At the end of the block waits for all answers and uploads, and
    inspects the store.
    """
    if setting.quick:
        per_second, visitors = per_second / QUICK_PART, visitors // QUICK_PART
    var: Path = setting.scratch / "var"
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_storage(setting.scratch / "storage") as storage:
        if not store_is_up:
            storage.proxy.close()
        with running_service(
            var, env={**storage.environment, **(env or {})}, command=command, pass_fds=pass_fds
        ) as service:
            url = service.websocket_url
            drawing = drawing_clients(url, visitors, 2 if setting.quick else 20) if visitors else nullcontext(Drawers())
            with drawing as drawers, sending(url, texts, per_second, seed=setting.seed) as sender:
                scenario = Contributing(storage, sender, drawers)
                sender.wait_for(lambda: len(sender.accepted) > 0, FIRST_SECONDS)
                yield scenario
                sender.finish()
                scenario.drained = wait_until_drained(var, DRAIN_SECONDS)
                scenario.ended = time.monotonic()
        scenario.stored = inspect_store(storage.store, sender.accepted, sender.sent, setting.seed)
