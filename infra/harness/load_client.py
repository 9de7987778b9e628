"""The load, in a process of its own: `python -m infra.harness.load_client` takes a plan on stdin and prints what it
found.

It speaks through picows, whose frames are parsed in C: it must not be what is measured.
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

SEQ_OFFSET = 8  # of a frame's `seq`, u32
SEQ = struct.Struct("<I")
ANSWERED = re.compile(rb'"seq":(\d+),"family":"[^"]*","model":"([^"]*)","probabilities":(\[[^]]*\])')
CONNECTING = 50  # handshakes at a time
HANDSHAKE_SECONDS = 30.0
TIMER_SECONDS = 0.001  # what uvloop's timers count in; less is none, and would keep a core busy
LAST_SECONDS = 3.0  # for answers still on their way at the end


class Drawer(WSListener):
    """One socket. Answers are told from the rest by the first letter of their type."""

    def __init__(self, load: Load, number: int) -> None:
        self.load = load
        self.transport: Any = None
        self.at = number  # of the frame that is sent next
        self.seq = 0
        self.due: dict[int, float] = {}  # by seq: when it was due, of those not answered yet

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
        frame = frames[self.at % len(frames)]
        self.at += 1
        if self.load.counts_seq:
            self.seq += 1
            self.due[self.seq] = due
            SEQ.pack_into(frame, SEQ_OFFSET, self.seq)
        self.transport.send(WSMsgType.BINARY, frame)


class Load(ABC):
    """Sockets that draw. Each subclass is one way of sending."""

    counts_seq = False

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.frames = [bytearray(base64.b64decode(frame)) for frame in plan["frames"]]
        self.drawers: list[Drawer] = []
        self.errors = 0
        self.closed = 0  # sockets that the other side has ended
        self.over = False

    @abstractmethod
    def answered(self, drawer: Drawer, payload: bytes) -> None: ...

    @abstractmethod
    async def run(self) -> dict[str, Any]: ...

    async def connect(self) -> None:
        hello = self.plan.get("hello")
        for start in range(0, self.plan["sockets"], CONNECTING):
            numbers = range(start, min(start + CONNECTING, self.plan["sockets"]))
            self.drawers += await asyncio.gather(*(self._connect(number) for number in numbers))
        if hello:
            for drawer in self.drawers:
                drawer.transport.send(WSMsgType.TEXT, json.dumps(hello).encode())
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
    """Every socket sends its next frame when the last is answered: how much can be answered at all."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__(plan)
        self.count = 0
        self.reply_bytes = 0

    def answered(self, drawer: Drawer, payload: bytes) -> None:
        self.count += 1
        self.reply_bytes += len(payload)
        if not self.over:
            drawer.send(0)

    async def run(self) -> dict[str, Any]:
        for drawer in self.drawers:
            drawer.send(0)
        await asyncio.sleep(self.plan["warm_up"])
        self.count = self.reply_bytes = 0
        began, busy = time.perf_counter(), time.process_time()
        await asyncio.sleep(self.plan["seconds"])
        took, busy = time.perf_counter() - began, time.process_time() - busy
        return {
            "per_second": self.count / took,
            "client_busy": busy / took,
            "reply_bytes": self.reply_bytes / max(1, self.count),
        }


class OpenLoop(Load):
    """Every socket sends at a fixed pace whatever comes back; an answer is timed from when its frame was due."""

    counts_seq = True

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__(plan)
        self.seconds: list[float] = []
        self.coalesced = 0
        self.sent = 0
        self.said: dict[str, set[str]] = {}  # by model: the distinct probabilities that came

    def answered(self, drawer: Drawer, payload: bytes) -> None:
        now = time.perf_counter()
        found = ANSWERED.search(payload)
        if found is None:
            self.errors += 1
            return
        seq, model, probabilities = int(found[1]), found[2], found[3]
        due = drawer.due.pop(seq, None)
        if due is None:
            self.errors += 1
            return
        self.seconds.append(now - due)
        older = [waiting for waiting in drawer.due if waiting < seq]
        self.coalesced += len(older)
        for waiting in older:
            del drawer.due[waiting]
        if self.plan["keep_answers"]:
            self.said.setdefault(model.decode(), set()).add(probabilities.decode())

    async def run(self) -> dict[str, Any]:
        await self._pace(time.perf_counter() + 0.05, self.plan["warm_up"])
        self.seconds.clear()
        self.coalesced = self.sent = 0
        busy = time.process_time()
        # Those of the warm-up that are still on their way count too, as they do of every other second.
        await self._pace(time.perf_counter(), self.plan["seconds"])
        busy = time.process_time() - busy
        await self._await_last()
        return {
            "sent": self.sent,
            "answered": len(self.seconds),
            "coalesced": self.coalesced,
            "lost": sum(len(drawer.due) for drawer in self.drawers),
            "client_busy": busy / self.plan["seconds"],
            "ms": [1000 * percentile(self.seconds, share) for share in (0.5, 0.9, 0.99, 0.999, 1)],
            "said": {model: sorted(kinds) for model, kinds in self.said.items()},
        }

    async def _pace(self, began: float, seconds: float) -> None:
        """One frame after another, the sockets in turn, evenly spread."""
        gap = 1 / (self.plan["rate"] * len(self.drawers))
        for number in range(int(seconds / gap)):
            due = began + number * gap
            while (ahead := due - time.perf_counter()) > 0:
                # A timer is late by up to a millisecond; on a core of its own the client may as well look again.
                await asyncio.sleep(0 if self.plan["spin"] else max(ahead, TIMER_SECONDS))
            self.drawers[number % len(self.drawers)].send(due)
            self.sent += 1

    async def _await_last(self) -> None:
        deadline = time.perf_counter() + LAST_SECONDS
        while any(drawer.due for drawer in self.drawers) and time.perf_counter() < deadline:
            await asyncio.sleep(0.01)


class Idle(Load):
    """Sockets that only stand open. Prints a line once they do, and stays until stdin is closed."""

    def answered(self, drawer: Drawer, payload: bytes) -> None:
        pass

    async def run(self) -> dict[str, Any]:
        print(json.dumps({"open": len(self.drawers)}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        return {}


def percentile(values: list[float], share: float) -> float:
    """The value that this share of all is not above; 0 of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


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
    print(json.dumps(uvloop.run(run(plan))), flush=True)


if __name__ == "__main__":
    main()
