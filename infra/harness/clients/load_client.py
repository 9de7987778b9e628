"""Load on a service from a process of its own: reads a plan from stdin, prints what it measured as JSON.

`infra.harness.clients.load` runs it. It uses picows, which parses frames in C, so that the client is not the limit.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import struct
import sys
import time
from abc import ABC, abstractmethod
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from infra.harness.clients.result_line import print_result
from infra.harness.results.rows import percentile

SEQ_OFFSET = 8  # of a frame's `seq`, u32
SEQ = struct.Struct("<I")
PREDICTION = re.compile(rb'"seq":(\d+),"family":"[^"]*","model":"([^"]*)","probabilities":(\[[^]]*\])')
NUMBER = "{number}"  # in the hello: becomes the socket's number
CONNECTING = 50  # concurrent handshakes
HANDSHAKE_SECONDS = 30.0
TIMER_SECONDS = 0.001  # uvloop's timer resolution; a shorter sleep returns at once and keeps a core busy
LAST_SECONDS = 3.0  # for answers on their way at the end
TIMES_MAX = 5000  # answer times printed, evenly sampled: enough for a percentile


class Drawer(WSListener):
    """One socket. The first letter of a message's type tells predictions from the rest."""

    def __init__(self, load: Load, number: int) -> None:
        self.load = load
        self.transport: Any = None
        self.next_frame = number
        self.seq = 0
        self.due: dict[int, float] = {}  # of unanswered frames: when they were due, by seq

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, _: WSTransport) -> None:
        self.load.closed += not self.load.over

    def on_ws_frame(self, _: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            return
        payload = frame.get_payload_as_bytes()
        match payload[9:10]:  # {"type":"p...
            case b"p":
                self.load.answered(self, payload)
            case b"e":
                self.load.errors += 1

    def send(self, due: float) -> None:
        frames = self.load.frames
        frame = frames[self.next_frame % len(frames)]
        self.next_frame += 1
        if self.load.counts_seq:
            self.seq += 1
            self.due[self.seq] = due
            SEQ.pack_into(frame, SEQ_OFFSET, self.seq)
        self.transport.send(WSMsgType.BINARY, frame)


class Load(ABC):
    """Sockets that send frames; each subclass paces them in another way."""

    counts_seq = False

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.frames = [bytearray(base64.b64decode(frame)) for frame in plan["frames"]]
        self.drawers: list[Drawer] = []
        self.errors = 0
        self.closed = 0  # sockets that the other side closed
        self.over = False

    @abstractmethod
    def answered(self, drawer: Drawer, payload: bytes) -> None: ...

    @abstractmethod
    async def run(self) -> dict[str, Any]: ...

    async def connect(self) -> None:
        for start in range(0, self.plan["sockets"], CONNECTING):
            numbers = range(start, min(start + CONNECTING, self.plan["sockets"]))
            self.drawers += await asyncio.gather(*map(self._connect, numbers))
        if hello := self.plan["hello"]:
            text = json.dumps({"type": "hello", **hello})
            for number, drawer in enumerate(self.drawers):
                drawer.transport.send(WSMsgType.TEXT, text.replace(NUMBER, f"{number:04d}").encode())
        await asyncio.sleep(0.3)  # until the welcomes have come

    async def _connect(self, number: int) -> Drawer:
        _, drawer = await ws_connect(
            lambda: Drawer(self, number * 7), self.plan["url"], websocket_handshake_timeout=HANDSHAKE_SECONDS
        )
        return drawer  # type: ignore[return-value]  # what the factory made

    def disconnect(self) -> None:
        self.over = True
        for drawer in self.drawers:
            drawer.transport.disconnect()


class ClosedLoop(Load):
    """Each socket sends its next frame when the last is answered: the most that the service can answer."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__(plan)
        self.count = 0
        self.reply_bytes = 0
        self.timed: bool = plan["timed"]
        self.sent_at: dict[Drawer, float] = {}
        self.times: list[float] = []

    def answered(self, drawer: Drawer, payload: bytes) -> None:
        self.count += 1
        self.reply_bytes += len(payload)
        if self.timed:  # the clock is left alone otherwise: this is the client's inner loop
            now = time.monotonic()
            self.times.append(now - self.sent_at[drawer])
            self.sent_at[drawer] = now
        if not self.over:
            drawer.send(0)

    async def run(self) -> dict[str, Any]:
        for drawer in self.drawers:
            self.sent_at[drawer] = time.monotonic()
            drawer.send(0)
        await asyncio.sleep(self.plan["warm_up"])
        self.count = self.reply_bytes = 0
        self.times.clear()
        began, busy = time.monotonic(), time.process_time()
        await asyncio.sleep(self.plan["seconds"])
        took, busy = time.monotonic() - began, time.process_time() - busy
        return {
            "per_second": self.count / took,
            "client_busy": busy / took,
            "reply_bytes": self.reply_bytes / max(1, self.count),
            "times": evenly_sampled(self.times),
        }


class OpenLoop(Load):
    """Each socket sends at a fixed pace whatever it gets back; an answer is timed from when its frame was due."""

    counts_seq = True

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__(plan)
        self.answers: list[tuple[float, float]] = []  # when its frame was due, and how long it took
        self.coalesced = 0
        self.sent = 0
        self.probabilities: dict[str, set[str]] = {}  # by model, each distinct list

    def answered(self, drawer: Drawer, payload: bytes) -> None:
        now = time.monotonic()
        found = PREDICTION.search(payload)
        due = drawer.due.pop(int(found[1]), None) if found else None
        if found is None or due is None:
            self.errors += 1
            return
        self.answers.append((due, now - due))
        if self.plan["coalesce"]:
            older = [seq for seq in drawer.due if seq < int(found[1])]
            self.coalesced += len(older)
            for seq in older:
                del drawer.due[seq]
        if self.plan["keep_probabilities"]:
            self.probabilities.setdefault(found[2].decode(), set()).add(found[3].decode())

    async def run(self) -> dict[str, Any]:
        await self._pace(time.monotonic() + 0.05, self.plan["warm_up"])
        print_result({"warm": True})
        self.answers.clear()
        self.coalesced = self.sent = 0
        busy, began = time.process_time(), time.monotonic()
        # Answers to the warm-up that are still on their way count too, as in every later second.
        await self._pace(began, self.plan["seconds"])
        busy, took = time.process_time() - busy, time.monotonic() - began
        await self._await_last()
        times = [took for _, took in self.answers]
        unanswered = [(due, time.monotonic() - due) for drawer in self.drawers for due in drawer.due.values()]
        return {
            "sent": self.sent,
            "answered": len(self.answers),
            "coalesced": self.coalesced,
            "lost": len(unanswered),
            "client_busy": busy / took,
            "ms": [1000 * percentile(times, percent) if times else 0.0 for percent in (50, 90, 99, 99.9, 100)],
            "probabilities": {model: sorted(kinds) for model, kinds in self.probabilities.items()},
            "answers": [(round(due, 6), round(took, 6)) for due, took in self.answers] if self._endless else [],
            "unanswered": unanswered if self._endless else [],
        }

    @property
    def _endless(self) -> bool:
        return self.plan["seconds"] is None

    async def _pace(self, began: float, seconds: float | None) -> None:
        """Frames at even intervals, by each socket in turn; until stdin ends if `seconds` is None."""
        gap = 1 / (self.plan["rate"] * len(self.drawers))
        ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read) if seconds is None else None
        number = 0
        while not ended.done() if ended else number < int((seconds or 0) / gap):
            due = began + number * gap
            while (ahead := due - time.monotonic()) > 0:
                # A timer is up to a millisecond late; on a core of its own the client polls instead.
                await asyncio.sleep(0 if self.plan["spin"] else max(ahead, TIMER_SECONDS))
            self.drawers[number % len(self.drawers)].send(due)
            self.sent += 1
            number += 1

    async def _await_last(self) -> None:
        deadline = time.monotonic() + LAST_SECONDS
        while any(drawer.due for drawer in self.drawers) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)


class Idle(Load):
    """Sockets that stay open and send nothing until stdin ends."""

    def answered(self, drawer: Drawer, payload: bytes) -> None:
        pass

    async def run(self) -> dict[str, Any]:
        print_result({"open": len(self.drawers)})
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        return {}


def evenly_sampled(times: list[float]) -> list[float]:
    return [round(each, 6) for each in times[:: -(-len(times) // TIMES_MAX) or 1]]


KINDS: dict[str, type[Load]] = {"closed": ClosedLoop, "open": OpenLoop, "idle": Idle}


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    load = KINDS[plan["kind"]](plan)
    await load.connect()
    found = await load.run()
    load.disconnect()
    return {**found, "errors": load.errors, "closed": load.closed}


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    if plan["cores"]:
        os.sched_setaffinity(0, plan["cores"])
    print_result(uvloop.run(run(plan)))


if __name__ == "__main__":
    main()
