"""The spool reaches its limit while the store is away: more is refused with a reason, and taken when there is room."""

from __future__ import annotations

import time

from infra.harness.results.rows import Row, Setting, check
from infra.soak.storage.scenario.contributing import contributing

ABOUT = "The store is away until the spool is full (1 MiB here), and comes back"

PER_SECOND = 40
SPOOL_BYTES = 2**20
FULL_SECONDS = 60.0


def run(setting: Setting) -> list[Row]:
    env = {"MIDSTROKE_SPOOL_BYTES": str(SPOOL_BYTES)}
    with contributing(setting, PER_SECOND, env, visitors=0, store_is_up=False) as scenario:
        sender = scenario.sender
        sender.wait_for(lambda: sender.refused["spool_full"] > 0, FULL_SECONDS)
        time.sleep(0.5 if setting.quick else 10.0)
        refused, waiting = sender.refused["spool_full"], len(sender.sent) - len(sender.accepted)
        sender.stop()
        scenario.storage.proxy.open()
    return [
        check("refused with `spool_full` while it is full", f"{refused} answers for {waiting}", ">= 1", refused > 0),
        *scenario.rows(),
    ]
