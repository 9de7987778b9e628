"""The store is away for a minute: contributions are acknowledged, kept, and uploaded afterwards."""

from __future__ import annotations

from infra.harness.results.rows import Row, Setting, at_most, informational, none_of
from infra.soak.storage.scenario.contributing import contributing

ABOUT = "The store is away for 60 s (connections refused) while 20 contributions/s come in and 20 visitors draw"

PER_SECOND = 20
DRAIN_SECONDS = 60.0
P99_TIMES = 1.2


def run(setting: Setting) -> list[Row]:
    away, settled = (0.5, 0.3) if setting.quick else (60.0, 15.0)
    with contributing(setting, PER_SECOND) as scenario:
        before = scenario.wait(settled)
        scenario.storage.proxy.close()
        during = scenario.wait(away)
        scenario.storage.proxy.open()
    sender, after = scenario.sender, scenario.drawers.p99(during[1], scenario.ended)
    return [
        *scenario.rows(),
        none_of("refused", sum(sender.refused.values()), len(sender.sent), "contributions"),
        at_most(setting, "all uploaded, after the store is back", scenario.drained, DRAIN_SECONDS, "s"),
        *scenario.latency_rows(setting, before, {"the store is away": during}, P99_TIMES),
        informational("prediction p99 while the backlog is uploaded", f"{after:.1f} ms"),
    ]
