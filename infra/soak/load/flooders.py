"""One client sends frames of one kind as fast as it can, beside twenty visitors who draw."""

from __future__ import annotations

import json
import threading
import time
from statistics import median

from infra.harness.clients.load import Drawers, Span, drawing_clients, span
from infra.harness.clients.raw_peer import BINARY, PING, TEXT, flood, frame
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import Row, Setting, at_most
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Memory
from infra.soak.load.bounds import tolerable_p99

ABOUT = "One client floods frames of one kind, reading nothing, beside 20 that draw 20/s each"

ROUNDS, SECONDS = 3, 3.0
CONTROL_MIB, JSON_MIB = 5.0, 40.0
LARGE = json.dumps({"type": "contribution", "strokes": [[[n, n / 2, n] for n in range(8000)]], "x": "A" * 800_000})
SETTLE_SECONDS = 0.3  # from the flood's beginning or end until its effect is measured


def run(setting: Setting) -> list[Row]:
    kinds = _kinds()
    rounds, seconds = (1, 0.5) if setting.quick else (ROUNDS, SECONDS)
    rows = []
    with running_service(setting.scratch / "var") as service:
        for data, _ in kinds.values():  # what is loaded or allocated once is no growth
            flood(service.port, data, SETTLE_SECONDS)
        with drawing_clients(service.websocket_url) as honest:
            spans = {
                kind: [_beside(service, data, seconds) for _ in range(rounds)] for kind, (data, _) in kinds.items()
            }
        for kind, (_, mib) in kinds.items():
            rows.append(_latency(setting, kind, honest, [(alone, beside) for alone, beside, _ in spans[kind]]))
            grown = max(grown for _, _, grown in spans[kind])
            rows.append(at_most(setting, f"{kind}: memory grown by", grown, mib, "MiB"))
    return rows


def _kinds() -> dict[str, tuple[bytes, float]]:
    """By name: what is sent again and again, and by how much memory may grow."""
    snapshot = make_frames("ink20", 1)[0]
    return {
        "pings of 125 bytes": (frame(PING, b"p" * 125) * 400, CONTROL_MIB),
        "empty continuations": (frame(TEXT, final=False) + frame(0, final=False) * 8000, CONTROL_MIB),
        "JSON pings": (frame(TEXT, b'{"type":"ping","t":1}') * 500, CONTROL_MIB),
        "hellos": (frame(TEXT, b'{"type":"hello"}') * 500, CONTROL_MIB),
        "snapshots": (frame(BINARY, snapshot) * 100, CONTROL_MIB),
        "1 MiB of binary": (frame(BINARY, bytes(2**20)), CONTROL_MIB),
        "1 MiB of JSON, a contribution": (frame(TEXT, LARGE.encode()), JSON_MIB),
        "1 MiB of JSON, empty lists": (frame(TEXT, b"[" + b"[]," * 349_000 + b"1]"), JSON_MIB),
    }


def _beside(service: RunningService, data: bytes, seconds: float) -> tuple[Span, Span, float]:
    """A span without a flood, a span with one, and the growth of memory in the second, MiB."""
    time.sleep(SETTLE_SECONDS)
    alone = span(seconds)
    memory = Memory(service.process.pid)
    memory.start_peak()
    flooding = threading.Thread(target=flood, args=(service.port, data, seconds + SETTLE_SECONDS))
    flooding.start()
    time.sleep(SETTLE_SECONDS)
    beside = span(seconds)
    flooding.join()
    return alone, beside, memory.peak()


def _latency(setting: Setting, kind: str, honest: Drawers, spans: list[tuple[Span, Span]]) -> Row:
    alone = median(honest.p99(*before) for before, _ in spans)
    beside = median(honest.p99(*during) for _, during in spans)
    name = f"{kind}: the others' prediction p99, of {alone:.1f} ms alone"
    return at_most(setting, name, beside, tolerable_p99(alone), "ms")
