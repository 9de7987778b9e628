"""One connection to the service, for programs: guesses about drawings, and contributions."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from os import PathLike

from midstroke_client.contributions import WaitingContributions, contributed_strokes, make_samples, refusal_of
from midstroke_client.errors import MidstrokeError, NotConnected
from midstroke_client.link import Link, Listener, socket_address
from midstroke_client.outbox import Outbox, Record
from midstroke_client.replies import Accepted, Guess, Welcome, parse_accepted, parse_guess, parse_welcome
from midstroke_client.snapshots import Snapshot, Strokes, WaitingSnapshots, canvas_record, growing

SIDE, PEN_WIDTH = 500, 16.0  # px of a canvas that is not named
DIGITS = tuple(str(digit) for digit in range(10))


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
    keeping = asyncio.create_task(ink._link.keep_open())
    try:
        await ink._opened()
        yield ink
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


class Ink:
    """Made by `connect`. For one event loop."""

    def __init__(
        self, url: str, hello: Record, contributor: str | None, outbox: Outbox, origin: str | None, timeout: float
    ) -> None:
        self.outbox = outbox
        self._url = url
        self._set = hello.get("set")
        self._contributor = contributor
        self._timeout = timeout
        self._link = Link(url, hello, origin, Listener(self._welcomed, self._received, self._end))
        self._welcome: Welcome | None = None
        self._described: Record = {}  # the symbol set, as the service described it last
        self._ended: MidstrokeError | None = None
        self._changed = asyncio.Condition()
        self._drawings = 0
        self._snapshots = WaitingSnapshots()
        self._contributions = WaitingContributions(outbox, self._link.send)

    @property
    def welcome(self) -> Welcome:
        """The latest `welcome`: models, limits and terms of the service."""
        if self._welcome is None:
            raise NotConnected("the service has not answered yet")
        return self._welcome

    @property
    def is_open(self) -> bool:
        return self._link.is_open

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
        return await self._ask(Snapshot(number, seq, canvas_record(strokes, width, height, pen_width)))

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
        async for drawn in growing(strokes):
            seq += 1
            canvas = canvas_record(drawn, width, height, pen_width)
            for guess in await self._ask(Snapshot(drawing, seq, canvas)):
                yield guess

    async def _ask(self, snapshot: Snapshot) -> list[Guess]:
        self._snapshots.add(snapshot)
        try:
            async with asyncio.timeout(self._timeout):
                # While the connection is lost nothing is sent; what waits is sent again once it is back.
                await self._link.send(snapshot.message)
                return await snapshot.answered
        except TimeoutError:
            raise NotConnected(f"no answer within {self._timeout:g} s") from None
        finally:
            self._snapshots.remove(snapshot)

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
        record: Record = {
            "type": "contribution",
            "id": str(uuid.uuid4()),
            "label": label,
            "contributor": self._contributor,
            "consent": consent,
            "width": width,
            "height": height,
            "pen_width": pen_width,
            "pointer": pointer,
            "strokes": contributed_strokes(strokes),
            "samples": await asyncio.to_thread(make_samples, self.welcome, strokes, width, height, pen_width),
            "confirmed": confirmed,
        }
        if self._set is not None:
            record["set"] = self._set
        return await self._contributions.give(record)

    async def flush(self) -> None:
        """Waits until every contribution in the outbox is answered.

        Raises:
            ConnectionEnded: the service wants this client no more.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended is not None or not self.outbox.waiting)
        if self._ended is not None and self.outbox.waiting:
            raise self._ended

    # The connection

    async def _opened(self) -> None:
        try:
            async with asyncio.timeout(self._timeout), self._changed:
                await self._changed.wait_for(lambda: self._welcome is not None or self._ended is not None)
        except TimeoutError:
            raise NotConnected(f"{self._url} did not answer within {self._timeout:g} s") from None
        if self._ended is not None:
            raise self._ended

    # What the link tells

    async def _welcomed(self, record: Record) -> None:
        """Sends again what the former connection may have lost."""
        async with self._changed:
            self._welcome = parse_welcome(record)
            self._described = record
            self._changed.notify_all()
        for message in [*self.outbox.waiting, *self._snapshots.begin_again()]:
            await self._link.send(message)

    async def _received(self, record: Record) -> None:
        match record.get("type"):
            case "prediction":
                if self._snapshots.find(record["drawing"], record["seq"]) is not None:
                    guess, families = parse_guess(record, self._classes()), len(self.welcome.families)
                    self._snapshots.take(record["drawing"], record["seq"], guess, families)
            case "classes":
                self._described = record
            case "error":
                self._snapshots.refuse(record)
            case "accepted":
                accepted = parse_accepted(record)
                await self._settle(accepted.id, accepted.receipt)
                self._contributions.answer(accepted.id, accepted)
            case "refused" if record.get("retry"):
                self._contributions.retry(record["id"])
            case "refused":
                await self._settle(record["id"], None)
                self._contributions.answer(record["id"], refusal_of(record))

    async def _end(self, error: MidstrokeError) -> None:
        async with self._changed:
            self._ended = error
            self._changed.notify_all()
        self._snapshots.fail(error)
        self._contributions.fail(error)

    def _classes(self) -> tuple[str, ...]:
        described = self._described.get("classes")
        if not isinstance(described, list):
            return DIGITS  # of a service before symbol sets
        return tuple(str(each["id"]) for each in described)

    async def _settle(self, drawing: str, receipt: str | None) -> None:
        async with self._changed:
            self.outbox.settle(drawing, receipt)
            self._changed.notify_all()
