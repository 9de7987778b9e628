"""One connection to the service, kept open: sends snapshots and contributions, and hands out the answers."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from os import PathLike
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from midstroke_client.backoff import delay_after, retry_delay
from midstroke_client.errors import (
    ConnectionEnded,
    ContributionRefused,
    MidstrokeError,
    NotConnected,
    SnapshotRefused,
)
from midstroke_client.outbox import Outbox, Record
from midstroke_client.pictures import Stroke, cut_at, draw_png, ink_length, sample_inks
from midstroke_client.replies import Accepted, Guess, Welcome, parse_accepted, parse_guess, parse_welcome

SUBPROTOCOL = Subprotocol("midstroke.v1")
LOST = 1006  # no close was received
SIDE, PEN_WIDTH = 500, 16.0  # px of a canvas that is not named
SNAPSHOTS_MAX = 64  # of a finished drawing that is watched
DIGITS = tuple(str(digit) for digit in range(10))

Strokes = Sequence[Stroke]


@asynccontextmanager
async def connect(
    url: str,
    *,
    families: Sequence[str] = (),
    set: str | None = None,  # noqa: A002 - its name on the wire
    contributor: str | None = None,
    personal: bool = True,
    outbox: Outbox | str | PathLike[str] | None = None,
    origin: str | None = None,
    timeout: float = 10.0,
) -> AsyncIterator[Ink]:
    """Opens a connection and keeps it open until the block ends.

    Args:
        url: The service's address: `https://host`, `ws://host:8000/ws`.
        families: Models that answer; without any, the best one.
        set: The symbol set; digits without one.
        contributor: A person's token (`new_contributor()`), for contributions and personal answers.
        personal: Whether answers use that person's own drawings.
        outbox: A file that keeps contributions until they are answered; those of an earlier run are sent again.
        origin: For a service that takes only some origins.
        timeout: Seconds for the first connection, and for each answer.

    Raises:
        NotConnected: there is no service at this address, or none that answers in time.
        ConnectionEnded: the service refuses this client, and says why.
    """
    hello: Record = {"type": "hello", "personal": personal}
    if families:
        hello["families"] = list(families)
    if set is not None:
        hello["set"] = set
    if contributor is not None:
        hello["contributor"] = contributor
    kept = outbox if isinstance(outbox, Outbox) else Outbox(outbox)
    ink = Ink(socket_address(url), hello, contributor, kept, origin, timeout)
    keeping = asyncio.create_task(ink._keep_open())
    try:
        await ink._opened()
        yield ink
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


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


class Ink:
    """Made by `connect`. For one event loop."""

    def __init__(
        self, url: str, hello: Record, contributor: str | None, outbox: Outbox, origin: str | None, timeout: float
    ) -> None:
        self.outbox = outbox
        self._url = url
        self._hello = hello
        self._contributor = contributor
        self._origin = origin
        self._timeout = timeout
        self._socket: ClientConnection | None = None
        self._welcome: Welcome | None = None
        self._described: Record = {}  # the symbol set, as the service described it last
        self._ended: MidstrokeError | None = None
        self._changed = asyncio.Condition()
        self._drawings = 0
        self._snapshots: dict[tuple[int, int], _Snapshot] = {}  # sent, and not answered
        self._contributions: dict[str, asyncio.Future[Accepted]] = {}
        self._resending: set[asyncio.Task[None]] = set()

    @property
    def welcome(self) -> Welcome:
        """The latest `welcome`: models, limits and terms of the service."""
        if self._welcome is None:
            raise NotConnected("the service has not answered yet")
        return self._welcome

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    # Guesses

    def new_drawing(self) -> int:
        """A number for the snapshots of one drawing."""
        self._drawings += 1
        return self._drawings

    async def guess(
        self,
        strokes: Strokes,
        *,
        width: int = SIDE,
        height: int = SIDE,
        pen_width: float | None = None,
        drawing: int | None = None,
        seq: int = 1,
    ) -> list[Guess]:
        """The guess of each family asked for about one snapshot; without `drawing` it is a drawing of its own.

        Raises:
            SnapshotRefused: the service can't read it, or serves no model.
            ConnectionEnded: the service wants this client no more.
            NotConnected: no answer within `timeout`.
        """
        number = self.new_drawing() if drawing is None else drawing
        return await self._ask(_Snapshot(number, seq, _canvas(strokes, width, height, pen_width)))

    async def watch(
        self,
        strokes: Strokes | AsyncIterable[Strokes],
        *,
        width: int = SIDE,
        height: int = SIDE,
        pen_width: float | None = None,
    ) -> AsyncIterator[Guess]:
        """Guesses about one drawing as it grows.

        `strokes` is a drawing, which is sent as if it were being drawn, or an asynchronous iterable that gives all that
        is drawn so far, again and again. A snapshot is sent once the former one is answered.

        Raises:
            SnapshotRefused, ConnectionEnded, NotConnected: as in `guess`.
        """
        drawing, seq = self.new_drawing(), 0
        async for drawn in _growing(strokes):
            seq += 1
            canvas = _canvas(drawn, width, height, pen_width)
            for guess in await self._ask(_Snapshot(drawing, seq, canvas)):
                yield guess

    async def _ask(self, snapshot: _Snapshot) -> list[Guess]:
        key = (snapshot.drawing, snapshot.seq)
        self._snapshots[key] = snapshot
        try:
            async with asyncio.timeout(self._timeout):
                # While the connection is lost nothing is sent; what waits is sent again once it is back.
                await self._send(snapshot.message)
                return await snapshot.answered
        except TimeoutError:
            raise NotConnected(f"no answer within {self._timeout:g} s") from None
        finally:
            self._snapshots.pop(key, None)

    # Contributions

    async def contribute(
        self,
        strokes: Strokes,
        label: int | str,
        *,
        consent: str,
        width: int = SIDE,
        height: int = SIDE,
        pen_width: float = PEN_WIDTH,
        pointer: str = "unknown",
        confirmed: bool = False,
    ) -> Accepted:
        """Gives a finished drawing, and returns once it is on the service's disk, however long that takes.

        `consent` is the version of the terms (`welcome.terms`) that the person who drew has agreed to. With an outbox
        file the drawing survives the end of this program.

        Raises:
            ContributionRefused: the service does not take it.
            ConnectionEnded: the service wants this client no more; the drawing stays in the outbox.
            ValueError: `connect` was given no contributor, or there is no ink.
        """
        if self._contributor is None:
            raise ValueError("a contribution needs a contributor: connect(url, contributor=new_contributor())")
        if not any(len(stroke) for stroke in strokes):
            raise ValueError("a drawing without points can't be contributed")
        drawing = str(uuid.uuid4())
        record: Record = {
            "type": "contribution",
            "id": drawing,
            "label": label,
            "contributor": self._contributor,
            "consent": consent,
            "width": width,
            "height": height,
            "pen_width": pen_width,
            "pointer": pointer,
            "strokes": [[[*point[:2], _time(point)] for point in stroke] for stroke in strokes],
            "samples": await asyncio.to_thread(self._samples, strokes, width, height, pen_width),
            "confirmed": confirmed,
        }
        if "set" in self._hello:
            record["set"] = self._hello["set"]
        answered: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._contributions[drawing] = answered
        self.outbox.add(record)
        try:
            await self._send(record)
            return await answered
        finally:
            self._contributions.pop(drawing, None)

    async def flush(self) -> None:
        """Waits until every contribution in the outbox is answered.

        Raises:
            ConnectionEnded: the service wants this client no more.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended is not None or not self.outbox.waiting)
        if self._ended is not None and self.outbox.waiting:
            raise self._ended

    def _samples(self, strokes: Strokes, width: int, height: int, pen_width: float) -> list[dict[str, Any]]:
        welcome = self.welcome
        inks = sample_inks(ink_length(strokes), welcome.samples_min, welcome.samples_max)
        pictures = (draw_png(cut_at(strokes, ink), width, height, pen_width) for ink in inks)
        return [{"ink": ink, "png": base64.b64encode(png).decode()} for ink, png in zip(inks, pictures, strict=True)]

    # The connection

    async def _opened(self) -> None:
        try:
            async with asyncio.timeout(self._timeout), self._changed:
                await self._changed.wait_for(lambda: self._welcome is not None or self._ended is not None)
        except TimeoutError:
            raise NotConnected(f"{self._url} did not answer within {self._timeout:g} s") from None
        if self._ended is not None:
            raise self._ended

    async def _keep_open(self) -> None:
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
                            await self._resume(socket, record)
                    elif record.get("type") == "error" and not welcomed:
                        await self._end(SnapshotRefused(record["code"], record["message"]))
                    else:
                        await self._receive(record)
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

    async def _resume(self, socket: ClientConnection, record: Record) -> None:
        """Sends again what the former connection may have lost."""
        async with self._changed:
            self._welcome = parse_welcome(record)
            self._described = record
            self._socket = socket
            self._changed.notify_all()
        for contribution in self.outbox.waiting:
            await self._send(contribution)
        for snapshot in list(self._snapshots.values()):
            snapshot.guesses.clear()
            await self._send(snapshot.message)

    async def _send(self, message: Record) -> None:
        if self._ended is not None:
            raise self._ended
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):  # it is sent again on the next connection
                await self._socket.send(json.dumps(message))

    async def _receive(self, record: Record) -> None:
        match record.get("type"):
            case "prediction":
                self._take(record)
            case "classes":
                self._described = record
            case "error":
                self._fail(record)
            case "accepted":
                accepted = parse_accepted(record)
                await self._settle(accepted.id, accepted.receipt)
                self._answer(accepted.id, accepted)
            case "refused" if record.get("retry"):
                self._retry(record["id"])
            case "refused":
                await self._settle(record["id"], None)
                self._answer(record["id"], ContributionRefused(record["id"], record["code"], record["message"]))

    def _take(self, record: Record) -> None:
        snapshot = self._snapshots.get((record["drawing"], record["seq"]))
        if snapshot is None or snapshot.answered.done():
            return
        snapshot.guesses.append(parse_guess(record, self._classes()))
        if len(snapshot.guesses) >= max(1, len(self.welcome.families)):
            snapshot.answered.set_result(snapshot.guesses)

    def _fail(self, record: Record) -> None:
        error = SnapshotRefused(record["code"], record["message"])
        named = self._snapshots.get((record.get("drawing", -1), record.get("seq", -1)))
        # An error without numbers is of a message that could not be read at all.
        for snapshot in [named] if named is not None else list(self._snapshots.values()):
            if not snapshot.answered.done():
                snapshot.answered.set_exception(error)

    def _classes(self) -> tuple[str, ...]:
        described = self._described.get("classes")
        if not isinstance(described, list):
            return DIGITS  # of a service before symbol sets
        return tuple(str(each["id"]) for each in described)

    async def _settle(self, drawing: str, receipt: str | None) -> None:
        async with self._changed:
            self.outbox.settle(drawing, receipt)
            self._changed.notify_all()

    def _answer(self, drawing: str, answer: Accepted | ContributionRefused) -> None:
        waiting = self._contributions.get(drawing)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Accepted):
            waiting.set_result(answer)
        else:
            waiting.set_exception(answer)

    def _retry(self, drawing: str) -> None:
        async def send_later() -> None:
            await asyncio.sleep(retry_delay(2, random.random()))  # noqa: S311 - as above
            for contribution in self.outbox.waiting:
                if contribution["id"] == drawing:
                    await self._send(contribution)

        task = asyncio.get_running_loop().create_task(send_later())
        self._resending.add(task)
        task.add_done_callback(self._resending.discard)

    async def _end(self, error: MidstrokeError) -> None:
        async with self._changed:
            self._ended = self._ended or error
            self._changed.notify_all()
        futures: list[asyncio.Future[Any]] = [each.answered for each in self._snapshots.values()]
        for waiting in [*futures, *self._contributions.values()]:
            if not waiting.done():
                waiting.set_exception(error)


class _Snapshot:
    """One that was sent, and the guesses that came."""

    def __init__(self, drawing: int, seq: int, canvas: Record) -> None:
        self.drawing = drawing
        self.seq = seq
        self.message = {"type": "strokes", "drawing": drawing, "seq": seq, **canvas}
        self.guesses: list[Guess] = []
        self.answered: asyncio.Future[list[Guess]] = asyncio.get_running_loop().create_future()


def _canvas(strokes: Strokes, width: int, height: int, pen_width: float | None) -> Record:
    record: Record = {
        "width": width,
        "height": height,
        "strokes": [[list(point) for point in stroke] for stroke in strokes],
    }
    return record if pen_width is None else {**record, "pen_width": pen_width}


def _time(point: Sequence[float]) -> float | None:
    return point[2] if len(point) > 2 else None


async def _growing(strokes: Strokes | AsyncIterable[Strokes]) -> AsyncIterator[Strokes]:
    if isinstance(strokes, AsyncIterable):
        async for drawn in strokes:
            yield drawn
    else:
        for drawn in stages(strokes):
            yield drawn


def stages(strokes: Strokes) -> Iterator[Strokes]:
    """A finished drawing as it was drawn: a point more each time, or several of a long one; at most `SNAPSHOTS_MAX`."""
    points = sum(len(stroke) for stroke in strokes)
    step = max(1, -(-points // SNAPSHOTS_MAX))
    shown = 0
    done: list[Stroke] = []
    for stroke in strokes:
        for end in range(1, len(stroke) + 1):
            shown += 1
            if shown % step == 0 or shown == points:
                yield [*done, stroke[:end]]
        done.append(stroke)
