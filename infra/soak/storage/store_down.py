"""The store is away for a minute while contributions come in: all are acknowledged, kept, and brought to it after."""

from __future__ import annotations

import time

from infra.harness.contributions import contribution_texts
from infra.harness.load import drawing_clients
from infra.harness.rows import Row, Setting, at_most, informational, none_of
from infra.harness.service_process import running_service
from infra.soak.storage.sender import sending
from infra.soak.storage.store_servers import running_storage
from infra.soak.storage.stored import look, rows_of, wait_until_drained

ABOUT = "The store is away for 60 s (connections refused) while 20 contributions/s come in and 20 visitors draw"

PER_SECOND = 20
DRAIN_SECONDS = 60.0
P99_TIMES = 1.2


def run(setting: Setting) -> list[Row]:
    away, settled = (1.5, 1.0) if setting.quick else (60.0, 30.0)
    var = setting.scratch / "var"
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_storage(setting.scratch / "storage") as storage:
        with running_service(var, env=storage.environment) as service:
            with drawing_clients(service.websocket_url) as drawers:
                with sending(service.websocket_url, texts, PER_SECOND, seed=setting.seed) as sender:
                    began = time.monotonic()
                    time.sleep(settled)
                    storage.proxy.close()
                    closed = time.monotonic()
                    time.sleep(away)
                    opened = time.monotonic()
                    storage.proxy.open()
                    sender.finish()
                drained = wait_until_drained(var, 3 * DRAIN_SECONDS)
                ended = time.monotonic()
        kept = look(storage.store, sender.accepted, sender.sent, setting.seed)
    before, during, after = (drawers.p99(*span) for span in ((began, closed), (closed, opened), (opened, ended)))
    return [
        *rows_of(kept, len(sender.accepted)),
        none_of(
            "sent and not acknowledged", len(sender.sent) - len(sender.accepted), len(sender.sent), "contributions"
        ),
        none_of("refused", sum(sender.refused.values()), len(sender.sent), "contributions"),
        at_most(setting, "all uploaded, after the store is back", drained, DRAIN_SECONDS, "s"),
        at_most(
            setting, f"prediction p99 while it is away, of {before:.1f} ms before", during / before, P99_TIMES, "x"
        ),
        informational("prediction p99 while what waited goes up", f"{after:.1f} ms"),
    ]
