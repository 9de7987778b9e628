"""The service's start time, its memory when ready, and the memory of idle sockets."""

from __future__ import annotations

import time
from statistics import median

import psutil

from infra.harness.clients.load import idle_sockets, pinned_service
from infra.harness.results.rows import Curve, Result, Row, Setting, judge
from infra.harness.service_process import is_ready, start_service, stop_service

TITLE = "Start time and memory"
TEXT = """\
The start is timed from before the process exists until `/readyz` answers 200, when models are loaded and checked and
the spool is open; the store is an empty folder, so the first models are copied into it too. Memory is resident memory
(RSS), shared pages included; the uploader is a process of its own. Idle sockets have sent nothing since their welcome;
the figure is the growth of RSS over the growth in sockets.

Where an idle socket's memory goes: most of it is uvicorn's, websockets' and asyncio's, with a task or two, a queue and
their events. The session keeps nothing unused: waiting queues are lists (an empty deque has room for 64), and the
handshake is released, with the HTTP protocol that read it.
"""

STARTS = 5
START_SECONDS, READY_MB, IDLE_KB = 1.0, 150.0, 35.0
SOCKETS = (1, 250, 500, 1000, 1500, 2000)


def measure(setting: Setting) -> Result:
    starts = [_start(setting, number) for number in range(1 if setting.quick else STARTS)]
    steps = (1, 50) if setting.quick else SOCKETS
    ready, uploader, memory = _idle_memory(setting, steps)
    (first, at_first), (last, at_last) = memory[0], memory[-1]
    each = 1e3 * (at_last - at_first) / (last - first)
    took = median(starts)
    idle = f"memory of an idle socket, {first:.0f} to {last:,.0f}"
    rows = (
        Row("start to ready", took, "s", goal=f"<= {START_SECONDS:g} s", outcome=judge(took <= START_SECONDS)),
        Row("memory when ready", ready, "MB", goal=f"<= {READY_MB:g} MB", outcome=judge(ready <= READY_MB)),
        Row("memory of the uploader beside it", uploader, "MB"),
        Row(idle, each, "kB", goal=f"<= {IDLE_KB:g} kB", outcome=judge(each <= IDLE_KB)),
    )
    curve = Curve("Memory by idle sockets", "idle sockets", "RSS, MB", {"service": tuple(memory)})
    return Result(rows, (curve,))


def _start(setting: Setting, number: int) -> float:
    began = time.perf_counter()
    service = start_service(setting.scratch / f"start-{number}", env={"MIDSTROKE_LOG_LEVEL": "warning"})
    try:
        while not is_ready(service.port) and time.perf_counter() - began < 30:
            time.sleep(0.005)
        return time.perf_counter() - began
    finally:
        stop_service(service)


def _idle_memory(setting: Setting, steps: tuple[int, ...]) -> tuple[float, float, list[tuple[float, float]]]:
    """MB when ready, of the uploader, and at each number of sockets, which are opened again for each."""
    found = []
    with pinned_service(setting.scratch / "var", max_sockets=2 * steps[-1]) as service:
        process = psutil.Process(service.process.pid)
        ready = process.memory_info().rss / 1e6
        uploader = sum(child.memory_info().rss for child in process.children(recursive=True)) / 1e6
        for sockets in steps:
            with idle_sockets(service.websocket_url, sockets):
                time.sleep(0.5)  # until the memory of the handshakes is released
                found.append((float(sockets), process.memory_info().rss / 1e6))
    return ready, uploader, found
