"""Clients that wait for each answer before they ask again, in a process of their own; each answer is timed.

`python -m infra.bench.peers.load_client` takes a plan on stdin and prints what it found. Over the websocket it is the
load client's own socket that asks; over HTTP a connection that is kept open, so that neither side pays for handshakes.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
from typing import Any

import uvloop

from infra.harness.load_client import Drawer, Load

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


MOST_TAKEN = 5000  # times that are told, evenly among all: a percentile needs no more, and a pipe takes them whole


class TimedLoop(Load):
    """Over the websocket: every socket sends its next frame when the last is answered."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__(plan)
        self.taken: list[float] = []
        self.asked: dict[Drawer, float] = {}

    def answered(self, drawer: Drawer, payload: bytes) -> None:  # noqa: ARG002 - whatever was answered
        now = time.perf_counter()
        self.taken.append(now - self.asked[drawer])
        if not self.over:
            self._ask(drawer)

    def _ask(self, drawer: Drawer) -> None:
        self.asked[drawer] = time.perf_counter()
        drawer.send(0)

    async def run(self) -> dict[str, Any]:
        for drawer in self.drawers:
            self._ask(drawer)
        return await timed(self.plan, self.taken)


class Poster(asyncio.Protocol):
    """One connection that posts a body, waits for the answer, and posts the next."""

    def __init__(self, requests: list[bytes], number: int, taken: list[float]) -> None:
        self._requests = requests
        self._at = number
        self._taken = taken
        self._transport: Any = None
        self._received = b""
        self._asked = 0.0
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not is_whole(self._received):
            return
        self._taken.append(time.perf_counter() - self._asked)
        self.failed += not self._received.startswith(b"HTTP/1.1 200")
        self._ask()

    def _ask(self) -> None:
        self._received = b""
        self._asked = time.perf_counter()
        self._transport.write(self._requests[self._at % len(self._requests)])
        self._at += 1


def is_whole(answer: bytes) -> bool:
    """Whether the answer's body has come as long as its head says."""
    head, end, body = answer.partition(HEAD_END)
    if not end:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH))
    return len(body) >= int(length[len(LENGTH) :])


async def timed(plan: dict[str, Any], taken: list[float]) -> dict[str, Any]:
    """What was answered between the end of the warm-up and the end."""
    await asyncio.sleep(plan["warm_up"])
    taken.clear()
    busy = time.process_time()
    await asyncio.sleep(plan["seconds"])
    busy = time.process_time() - busy
    few = taken[:: -(-len(taken) // MOST_TAKEN) or 1]
    return {"answered": len(taken), "taken": [round(one, 6) for one in few], "client_busy": busy / plan["seconds"]}


async def post(plan: dict[str, Any]) -> dict[str, Any]:
    bodies = [base64.b64decode(body) for body in plan["frames"]]
    requests = [request_of(plan["path"], body) for body in bodies]
    taken: list[float] = []
    posters = [Poster(requests, number * 7, taken) for number in range(plan["sockets"])]
    loop = asyncio.get_running_loop()
    for poster in posters:
        await loop.create_connection(lambda poster=poster: poster, "127.0.0.1", plan["port"])  # type: ignore[misc]
    found = await timed(plan, taken)
    return {**found, "errors": sum(poster.failed for poster in posters)}


def request_of(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    if plan["kind"] == "post":
        return await post(plan)
    load = TimedLoop(plan)
    await load.connect()
    found = await load.run()
    load.disconnect()
    return {**found, "errors": load.errors + load.closed}


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, plan["cores"])
    print(json.dumps(uvloop.run(run(plan))), flush=True)


if __name__ == "__main__":
    main()
