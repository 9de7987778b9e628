"""What the wire alone costs: servers that answer every message with so many bytes and do nothing else.

python -m infra.bench.serving.echo {uvicorn,picows} PORT REPLY_BYTES
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

LEAD = '{"type":"prediction","drawing":1,"seq":0,"family":"'  # as the client tells answers from the rest


def reply_of(size: int) -> str:
    return LEAD + "x" * (size - len(LEAD))


def run_uvicorn(port: int, reply: str) -> None:
    """A server of uvicorn with websockets, and an application of two calls."""

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
    """A server of picows on both sides: as fast as a Python process can be asked."""
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
