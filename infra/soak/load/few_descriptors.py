"""A service that may open 512 files, and more clients than that."""

from __future__ import annotations

import urllib.request
from contextlib import ExitStack

from infra.harness.clients.raw_peer import CLOSE, connected, read_frame, websocket
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.harness.service_process import COMMAND, running_service

ABOUT = "A service with 512 descriptors (ulimit -n), 600 websockets, and 600 connections that say nothing"

DESCRIPTORS, CLIENTS = 512, 600
FULL = 4503


def run(setting: Setting) -> list[Row]:
    command = ("bash", "-c", f'ulimit -n {DESCRIPTORS}; exec "$0" "$@"', *COMMAND)
    welcomed = refused = dropped = 0
    with running_service(setting.scratch / "var", command=command) as service, ExitStack() as peers:
        for _ in range(CLIENTS):
            try:
                opcode, payload = read_frame(peers.enter_context(websocket(service.port)))
            except (EOFError, OSError):
                dropped += 1
                continue
            welcomed += opcode != CLOSE
            refused += opcode == CLOSE and int.from_bytes(payload[:2]) == FULL
        beside_sockets = _page_status(service.url)
        for _ in range(CLIENTS):
            peers.enter_context(connected(service.port))
        beside_silent = _page_status(service.url)
    return [
        none_of(f"neither welcomed nor closed with {FULL}", CLIENTS - welcomed - refused, CLIENTS, "websockets"),
        none_of("dropped without a code", dropped, CLIENTS, "websockets"),
        check("welcomed", str(welcomed), f">= {DESCRIPTORS // 2}", welcomed >= DESCRIPTORS // 2),
        check("the page beside all these websockets", str(beside_sockets), "200", beside_sockets == 200),
        check("the page beside as many silent connections too", str(beside_silent), "200", beside_silent == 200),
    ]


def _page_status(url: str) -> int:
    with urllib.request.urlopen(f"{url}/", timeout=30) as page:
        return int(page.status)
