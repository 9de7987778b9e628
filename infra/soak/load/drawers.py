"""Visitors who draw: each sends snapshots at a steady pace and notes how long each answer took.

A process of its own, so that what a trial does meanwhile does not delay what is measured:
python -m infra.soak.load.drawers URL OUT --clients 20 --per-second 20 (until its standard input ends).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import json
import math
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from collector.ink.path import lines_to_path48, pack_path48
from infra.harness.rows import percentile
from training.data.reference import reference_drawings

HEADER = struct.Struct("<BBHIII")
PATH48 = 4
COME_BACK_SECONDS = 0.2


class Drawers:
    """What a trial sees of the process: every answer's time of sending and how long it took."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def latencies(self, begin: float, end: float) -> list[float]:
        """Seconds, of the snapshots sent from `begin` to `end` on this machine's monotonic clock.

        One that was never answered took until the end.
        """
        return [took for sent, took in self._answers() if begin <= sent < end]

    def answered(self, begin: float, end: float) -> int:
        """How many answers came in that time."""
        return sum(begin <= sent + took < end for sent, took in self._answers())

    def p99(self, begin: float, end: float) -> float:
        """In milliseconds; endless where nothing was even sent."""
        latencies = self.latencies(begin, end)
        return 1000 * percentile(latencies, 99) if latencies else math.inf

    def _answers(self) -> list[tuple[float, float]]:
        return [(sent, took) for sent, took in map(json.loads, self._out.read_text().splitlines())]


@contextlib.contextmanager
def drawing_clients(
    url: str, out: Path, clients: int = 20, per_second: float = 20, latest: bool = False
) -> Iterator[Drawers]:
    """Visitors who draw until the block ends; their figures are whole after it. `latest`: older snapshots may go."""
    command = [sys.executable, "-m", "infra.soak.load.drawers", url, str(out), "--clients", str(clients)]
    command += ["--latest"] if latest else []
    command += ["--per-second", str(per_second)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError("the drawing clients ended before they drew")
        yield Drawers(out)
    finally:
        process.communicate()
        if process.returncode:
            raise RuntimeError(f"the drawing clients ended with {process.returncode}")


class _Client:
    def __init__(
        self,
        url: str,
        payload: bytes,
        per_second: float,
        latest: bool,
        number: int,
        answers: list[tuple[float, float]],
    ) -> None:
        self._latest = latest
        self._url = url
        self._payload = payload
        self._gap = 1 / per_second
        self._rng = random.Random(number)
        self._answers = answers
        self._sent_at: dict[int, float] = {}
        self._seq = 0
        self.has_answers = False

    async def run(self) -> None:
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    self._url, subprotocols=[Subprotocol("midstroke.v1")], compression=None, close_timeout=1
                ) as socket:
                    await self._draw(socket)
            self._sent_at.clear()
            await asyncio.sleep(COME_BACK_SECONDS)

    async def _draw(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "hello", "coalesce": self._latest}))
        reading = asyncio.create_task(self._read(socket))
        try:
            while not reading.done():
                await asyncio.sleep(self._gap * self._rng.uniform(0.5, 1.5))
                self._seq += 1
                self._sent_at[self._seq] = time.monotonic()
                await socket.send(frame(self._payload, self._seq))
        finally:
            reading.cancel()

    async def _read(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                reply = json.loads(message)
                if reply["type"] == "prediction":
                    self.has_answers = True
                    sent_at = self._sent_at.pop(reply["seq"])
                    self._answers.append((sent_at, time.monotonic() - sent_at))

    def unanswered(self, now: float) -> list[tuple[float, float]]:
        return [(sent_at, now - sent_at) for sent_at in self._sent_at.values()]


@functools.cache
def drawing_payload() -> bytes:
    """A drawing as `path48`, the smallest of snapshots."""
    drawing = reference_drawings("validation", hands=1)[3]
    return pack_path48(lines_to_path48(drawing.lines, drawing.canvas.width, drawing.canvas.height))


def frame(payload: bytes, seq: int) -> bytes:
    """The snapshot's message."""
    return HEADER.pack(1, PATH48, 0, 1, seq, 0) + payload


async def _draw_all(url: str, out: Path, clients: int, per_second: float, latest: bool) -> None:
    answers: list[tuple[float, float]] = []
    payload = drawing_payload()
    visitors = [_Client(url, payload, per_second, latest, number, answers) for number in range(clients)]
    tasks = [asyncio.create_task(visitor.run()) for visitor in visitors]
    while not all(visitor.has_answers for visitor in visitors):
        await asyncio.sleep(0.05)
    print("all draw", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    now = time.monotonic()
    for visitor in visitors:
        answers += visitor.unanswered(now)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    out.write_text("".join(f"[{sent_at:.6f}, {took:.6f}]\n" for sent_at, took in sorted(answers)))


def main() -> None:
    """Draws until standard input ends, then writes `[sent at, seconds]` lines to OUT."""
    parser = argparse.ArgumentParser(prog="python -m infra.soak.load.drawers", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("out", type=Path)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--per-second", type=float, default=20.0, help="snapshots of each")
    parser.add_argument("--latest", action="store_true", help="answers to older snapshots may be left out")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_draw_all(given.url, given.out, given.clients, given.per_second, given.latest))


if __name__ == "__main__":
    main()
