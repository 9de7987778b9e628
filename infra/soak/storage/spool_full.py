"""The spool is at its limit while the store is away: more is refused with a reason, and taken when there is room."""

from __future__ import annotations

import time

from infra.harness.contributions import contribution_texts
from infra.harness.rows import Row, Setting, check, none_of
from infra.harness.service_process import running_service
from infra.soak.storage.sender import Sender, sending
from infra.soak.storage.store_servers import running_storage
from infra.soak.storage.stored import look, rows_of, wait_until_drained

ABOUT = "The store is away until the spool holds all that it may (1 MiB here), and comes back"

PER_SECOND = 40
SPOOL_BYTES = 2**20
FULL_SECONDS = 60.0
DRAIN_SECONDS = 120.0


def run(setting: Setting) -> list[Row]:
    var, longer = setting.scratch / "var", 2.0 if setting.quick else 10.0
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_storage(setting.scratch / "storage") as storage:
        env = {**storage.environment, "MIDSTROKE_SPOOL_BYTES": str(SPOOL_BYTES)}
        storage.proxy.close()
        with running_service(var, env=env) as service:
            with sending(service.websocket_url, texts, PER_SECOND, seed=setting.seed) as sender:
                _wait_until_refused(sender)
                time.sleep(longer)
                refused, unheard = sender.refused["spool_full"], len(sender.sent) - len(sender.accepted)
                sender.stop()
                storage.proxy.open()
                sender.finish()
            wait_until_drained(var, DRAIN_SECONDS)
        kept = look(storage.store, sender.accepted, sender.sent, setting.seed)
    return [
        check("refused with `spool_full` while it is full", f"{refused} answers for {unheard}", ">= 1", refused > 0),
        none_of("sent and never taken", len(sender.sent) - len(sender.accepted), len(sender.sent), "contributions"),
        *rows_of(kept, len(sender.accepted)),
    ]


def _wait_until_refused(sender: Sender) -> None:
    deadline = time.monotonic() + FULL_SECONDS
    while not sender.refused["spool_full"] and time.monotonic() < deadline:
        time.sleep(0.05)
