"""SIGTERM while a hundred visitors draw and contribute: all are told 1012, and the process ends in time."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Iterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from infra.harness.contributions import contribution_texts
from infra.harness.frames import make_frames
from infra.harness.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.storage.store_servers import running_storage
from infra.soak.storage.stored import look, rows_of, wait_until_drained

ABOUT = "The service is told to stop (SIGTERM) while 100 visitors draw, one in four of them handing in contributions"

VISITORS = 100
RESTARTS = 1012
EXIT_SECONDS = 5.0
DRAIN_SECONDS = 120.0
WAIT_SECONDS = 60.0  # for the first acknowledgements on a busy machine


def run(setting: Setting) -> list[Row]:
    var = setting.scratch / "var"
    sent: set[str] = set()
    accepted: set[str] = set()
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_storage(setting.scratch / "storage") as storage:
        with running_service(var, env=storage.environment) as service:
            codes, seconds = asyncio.run(_stop_under(service, texts, sent, accepted, 1.0 if setting.quick else 6.0))
            code = service.process.returncode
        with running_service(var, env=storage.environment):
            wait_until_drained(var, DRAIN_SECONDS)
        kept = look(storage.store, accepted, sent, setting.seed)
    return [
        none_of(f"not told {RESTARTS}", VISITORS - codes[RESTARTS], VISITORS, f"visitors {dict(codes)}"),
        at_most(setting, "from SIGTERM to the process's end", seconds, EXIT_SECONDS, "s"),
        check("exit code", str(code), "0", code == 0),
        *rows_of(kept, len(accepted)),
    ]


async def _stop_under(
    service: RunningService, texts: Iterator[tuple[str, str]], sent: set[str], accepted: set[str], after: float
) -> tuple[Counter[int | None], float]:
    visitors = [
        asyncio.create_task(_visit(service.websocket_url, texts if number % 4 == 0 else None, sent, accepted))
        for number in range(VISITORS)
    ]
    await asyncio.sleep(after)
    deadline = time.monotonic() + WAIT_SECONDS
    while len(accepted) < VISITORS // 4 and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    began = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    codes = Counter(await asyncio.gather(*visitors))
    await asyncio.to_thread(service.process.wait, 30)
    return codes, time.monotonic() - began


async def _visit(url: str, texts: Iterator[tuple[str, str]] | None, sent: set[str], accepted: set[str]) -> int | None:
    """Draws until the service closes the socket; the code that it closed with."""
    async with connect(url, subprotocols=[Subprotocol("midstroke.v1")], compression=None, open_timeout=60) as socket:
        drawing = asyncio.create_task(_draw(socket, texts, sent))
        try:
            async for message in socket:
                reply = json.loads(message)
                if reply["type"] == "accepted":
                    accepted.add(reply["id"])
        except ConnectionClosed:
            pass  # It may be cut while the close is answered; the code tells.
        finally:
            drawing.cancel()
        return socket.close_code


async def _draw(socket: ClientConnection, texts: Iterator[tuple[str, str]] | None, sent: set[str]) -> None:
    frames, seq = make_frames("path48", 10), 0
    while True:
        seq += 1
        await socket.send(frames[seq % len(frames)])
        if texts is not None and seq % 5 == 0:
            name, text = next(texts)
            sent.add(name)
            await socket.send(text)
        await asyncio.sleep(0.1)
