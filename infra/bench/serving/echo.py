"""Servers that answer each message with a fixed number of bytes: the cost of the wire alone.

python -m infra.bench.serving.echo {uvicorn,picows} PORT REPLY_BYTES
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from infra.harness.clients.load import service_cores
from infra.harness.processes import free_port, listens, ready, start

START_SECONDS = 15.0
LEAD = '{"type":"prediction","drawing":1,"seq":0,"family":"'  # the client counts what begins like a prediction


@contextlib.contextmanager
def pinned_echo(kind: str, reply_bytes: int) -> Iterator[str]:
    """The URL of an echo server on the service's core."""
    port = free_port()
    command = [sys.executable, "-m", "infra.bench.serving.echo", kind, str(port), str(reply_bytes)]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "echo.log"
        process = start(command, log, dict(os.environ), service_cores())
        with ready(process, log, lambda: listens(port), START_SECONDS):
            yield f"ws://127.0.0.1:{port}/"


def reply_of(size: int) -> str:
    return LEAD + "x" * (size - len(LEAD))


def run_uvicorn(port: int, reply: str) -> None:
    """Uvicorn with websockets, and an application of two calls."""

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": reply})

    uvicorn.run(
        app,
        port=port,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
    )


def run_picows(port: int, reply: str) -> None:
    """Picows on both sides: the fastest that a Python process can be asked."""
    payload = reply.encode()

    class Echo(WSListener):
        def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
            if frame.msg_type is WSMsgType.CLOSE:
                transport.disconnect()
            else:
                transport.send(WSMsgType.TEXT, payload)

    async def serve() -> None:
        server = await ws_create_server(lambda _: Echo(), "127.0.0.1", port)
        await server.serve_forever()

    uvloop.run(serve())


if __name__ == "__main__":
    kind, port, size = sys.argv[1:]
    {"uvicorn": run_uvicorn, "picows": run_picows}[kind](int(port), reply_of(int(size)))
