"""Keeps one websocket open: opens it, says hello, and opens it again by the close codes. Knows no drawings."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from midstroke_client.backoff import delay_after
from midstroke_client.errors import ConnectionEnded, MidstrokeError, NotConnected, SnapshotRefused
from midstroke_client.outbox import Record

SUBPROTOCOL = Subprotocol("midstroke.v1")
LOST = 1006  # no close was received


@dataclass(frozen=True)
class Listener:
    """Functions that a link calls."""

    welcomed: Callable[[Record], Awaitable[None]]  # the service has read `hello`, on a new connection
    received: Callable[[Record], Awaitable[None]]  # any other message
    ended: Callable[[MidstrokeError], Awaitable[None]]  # the link is not opened again


class Link:
    """For one event loop."""

    def __init__(self, url: str, hello: Record, origin: str | None, listener: Listener) -> None:
        self._url = url
        self._hello = hello
        self._origin = origin
        self._listener = listener
        self._socket: ClientConnection | None = None
        self._ended: MidstrokeError | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    async def keep_open(self) -> None:
        """Runs until it is cancelled, or the service wants this client no more."""
        attempt = 0
        while True:
            welcomed, code, reason = await self._run_once()
            attempt = 0 if welcomed else attempt
            if self._ended is not None:
                return
            delay = delay_after(code, attempt, random.random())  # noqa: S311 - spreads clients, keeps no secret
            if delay is None:
                await self._end(ConnectionEnded(code, reason))
                return
            attempt += 1
            await asyncio.sleep(delay)

    async def send(self, message: Record) -> None:
        """Sends the message; while the connection is lost nothing is sent, and `welcomed` asks for it again.

        Raises:
            MidstrokeError: the link has ended.
        """
        if self._ended is not None:
            raise self._ended
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(message))

    async def _run_once(self) -> tuple[bool, int, str]:
        """One connection from its opening to its end: whether it was welcomed, and its close."""
        welcomed = False
        try:
            async with open_socket(
                self._url,
                subprotocols=[SUBPROTOCOL],
                origin=self._origin,  # type: ignore[arg-type]  # a text all the same
                compression=None,
                max_size=None,
            ) as socket:
                await socket.send(json.dumps(self._hello))
                greeting = 0
                async for text in socket:
                    record = json.loads(text)
                    if record.get("type") == "welcome":
                        greeting += 1
                        # The first one came before `hello` was read.
                        if greeting == 2:
                            welcomed = True
                            self._socket = socket
                            await self._listener.welcomed(record)
                    elif record.get("type") == "error" and not welcomed:
                        await self._end(SnapshotRefused(record["code"], record["message"]))
                    else:
                        await self._listener.received(record)
                return welcomed, socket.close_code or LOST, socket.close_reason or ""
        except ConnectionClosed as closed:
            close = closed.rcvd
            return welcomed, LOST if close is None else close.code, "" if close is None else close.reason
        except InvalidURI as error:
            await self._end(NotConnected(str(error)))
            return welcomed, LOST, ""
        except (OSError, InvalidHandshake, TimeoutError, ValueError):
            return welcomed, LOST, ""
        finally:
            self._socket = None

    async def _end(self, error: MidstrokeError) -> None:
        self._ended = self._ended or error
        await self._listener.ended(self._ended)


def socket_address(url: str) -> str:
    """The websocket's address of a service, given any of its addresses.

    Raises:
        ValueError: it is no http, https, ws or wss address.
    """
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise ValueError(f"{url!r:.80} is no address of a service, expected https://host or ws://host:port/ws")
    path = parts.path if parts.path.endswith("/ws") else f"{parts.path.rstrip('/')}/ws"
    return urlunsplit((scheme, parts.netloc, path, "", ""))
