"""Clients that post a picture, wait for the answer and post the next, in a process of their own.

`python -m infra.bench.peers.http_client` reads a plan from stdin and prints the time of each answer. Connections stay
open, so that neither side pays for handshakes.
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

from infra.harness.clients.load_client import evenly_sampled
from infra.harness.clients.result_line import print_result

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Poster(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: list[bytes], number: int, times: list[float]) -> None:
        self._requests = requests
        self._next = number
        self._times = times
        self._transport: Any = None
        self._received = b""
        self._sent_at = 0.0
        self.errors = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not is_whole(self._received):
            return
        self._times.append(time.perf_counter() - self._sent_at)
        self.errors += not self._received.startswith(b"HTTP/1.1 200")
        self._ask()

    def _ask(self) -> None:
        self._received = b""
        self._sent_at = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += 1


def is_whole(answer: bytes) -> bool:
    """True if the body has the length that its head announces."""
    head, end, body = answer.partition(HEAD_END)
    if not end:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH))
    return len(body) >= int(length[len(LENGTH) :])


async def post(plan: dict[str, Any]) -> dict[str, Any]:
    requests = [request_of(plan["path"], base64.b64decode(body)) for body in plan["bodies"]]
    times: list[float] = []
    posters = [Poster(requests, number * 7, times) for number in range(plan["clients"])]
    loop = asyncio.get_running_loop()
    for poster in posters:
        await loop.create_connection(lambda poster=poster: poster, "127.0.0.1", plan["port"])  # type: ignore[misc]
    await asyncio.sleep(plan["warm_up"])
    times.clear()
    busy = time.process_time()
    await asyncio.sleep(plan["seconds"])
    busy = (time.process_time() - busy) / plan["seconds"]
    errors = sum(poster.errors for poster in posters)
    return {"answered": len(times), "times": evenly_sampled(times), "client_busy": busy, "errors": errors}


def request_of(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, plan["cores"])
    print_result(uvloop.run(post(plan)))


if __name__ == "__main__":
    main()
