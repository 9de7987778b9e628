"""SIGTERM while a hundred visitors draw and contribute: each gets close code 1012, and the process ends in time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from dataclasses import replace

from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import Outcome, Row, Setting, at_most, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.load.visitors import Visitors
from infra.soak.storage.scenario.store_servers import running_storage
from infra.soak.storage.scenario.stored import inspect_store, rows_of, wait_until_drained

ABOUT = "The service gets SIGTERM while 100 visitors draw, one in four of whom contributes"

VISITORS = 100
RESTARTS = 1012
EXIT_SECONDS = 5.0
DRAIN_SECONDS = 120.0
WAIT_SECONDS = 60.0  # for the first acknowledgements on a busy machine


def run(setting: Setting) -> list[Row]:
    var, count = setting.scratch / "var", 20 if setting.quick else VISITORS
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_storage(setting.scratch / "storage") as storage:
        with running_service(var, env=storage.environment) as service:
            visitors = Visitors(service.websocket_url, texts, frames_between=5)
            codes, seconds = asyncio.run(_stop_under(service, visitors, count, 1.0 if setting.quick else 6.0))
            code = service.process.returncode
        with running_service(var, env=storage.environment):
            wait_until_drained(var, DRAIN_SECONDS)
        stored = inspect_store(storage.store, visitors.accepted, visitors.sent, setting.seed)
    closed = none_of(f"not closed with {RESTARTS}", count - codes[RESTARTS], count, f"visitors {dict(codes)}")
    if setting.quick and seconds > EXIT_SECONDS:  # a busy machine reached the limit, which cuts off the rest
        closed = replace(closed, outcome=Outcome.NOT_JUDGED)
    return [
        closed,
        at_most(setting, "from SIGTERM to the process's end", seconds, EXIT_SECONDS, "s"),
        check("exit code", str(code), "0", code == 0),
        *rows_of(stored, len(visitors.accepted)),
    ]


async def _stop_under(
    service: RunningService, visitors: Visitors, count: int, after: float
) -> tuple[Counter[int | None], float]:
    """The close codes, and the seconds from SIGTERM until the process has ended."""
    visits = [asyncio.create_task(visitors.visit_once(number)) for number in range(count)]
    await asyncio.sleep(after)
    deadline = time.monotonic() + WAIT_SECONDS
    while len(visitors.accepted) < count // 4 and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    began = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    codes = Counter(await asyncio.gather(*visits))
    await asyncio.to_thread(service.process.wait, 30)
    return codes, time.monotonic() - began
