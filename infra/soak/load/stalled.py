"""Connections that stop at every byte of an exchange, until the last is closed; and SIGTERM beside as many."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from infra.harness.clients.raw_peer import (
    BINARY,
    CLOSE,
    GET,
    TEXT,
    UPGRADE,
    UPLOAD,
    connected,
    frame,
    stop_beside_visitors,
)
from infra.harness.results.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import running_service
from infra.soak.footprint import Footprint

ABOUT = "Clients stop at every byte of an exchange and stay; then the service is stopped (SIGTERM) beside them"

EXCHANGES = (
    GET + b"\r\n" + GET + b"\r\n",
    UPLOAD + b"Content-Length: 10\r\n\r\n1234567890",
    UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
    UPGRADE + b"Content-Length: 10\r\n\r\n1234567890",
)
OPENED = UPGRADE + b"\r\n" + frame(TEXT, b'{"type":"hello"}') + frame(BINARY, b"wrong") + frame(CLOSE)
OPEN_SECONDS = 20.0  # a phase of 15 s, the application's word first, and lingering
VISITORS, RESTARTS, EXIT_SECONDS = 20, 1012, 5.0
LOG_BYTES = 100  # for each exchange: 1 MB for 10,000


def run(setting: Setting) -> list[Row]:
    return [*_stall(setting), *_stop(setting.scratch / "stopped", setting)]


def _stall(setting: Setting) -> list[Row]:
    step = 40 if setting.quick else 1
    cuts = [exchange[:end] for exchange in EXCHANGES for end in range(0, len(exchange) + 1, step)]
    with running_service(setting.scratch / "var") as service, ExitStack() as peers:
        footprint = Footprint(service)
        waiting = [peers.enter_context(connected(service.port, cut)) for cut in cuts]
        deadline = time.monotonic() + OPEN_SECONDS + (30 if setting.quick else 0)  # a quick run shares its machine
        still_open = 0
        for peer in waiting:
            peer.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                while peer.recv(2**16):
                    pass
            except TimeoutError:
                still_open += 1
            except OSError:
                pass  # A reset is an end too.
        return [
            none_of(f"still open after {OPEN_SECONDS:g} s", still_open, len(cuts), "connections"),
            *footprint.log_rows(len(cuts) * LOG_BYTES / 2**20),
        ]


def _stop(var: Path, setting: Setting) -> list[Row]:
    step = 40 if setting.quick else 3
    with running_service(var) as service, ExitStack() as peers:
        for exchange in (*EXCHANGES, OPENED):
            for end in range(0, len(exchange) + 1, step):
                peers.enter_context(connected(service.port, exchange[:end]))
        stopped = stop_beside_visitors(service, VISITORS)
    return [
        none_of(f"not closed with {RESTARTS}", VISITORS - stopped.codes[RESTARTS], VISITORS, "visitors"),
        at_most(setting, "from SIGTERM to the process's end", stopped.seconds, EXIT_SECONDS, "s"),
        check("exit code", str(stopped.exit_code), "0", stopped.exit_code == 0),
        check("tracebacks", str(stopped.log.count("Traceback")), "0", "Traceback" not in stopped.log),
    ]
