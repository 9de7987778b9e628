"""One websocket: a reader, a replier, and what passes between them. Which sockets are taken is `sockets.py`'s."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from collector.ink.canvas_png import BadPng
from collector.ink.encodings import Encoding, Inputs
from collector.ink.snapshot import SnapshotError
from service.admission.token_bucket import TokenBucket
from service.inference.inputs import SLOW_SLOTS, make_inputs
from service.inference.live_models import LiveModels
from service.inference.model_selection import choose_predictors
from service.inference.predictor import Predictor
from service.intake.intake import Intake, busy
from service.network.websocket_protocol import EXTENSION, Connection
from service.websocket.mailbox import Mailbox, Room
from service.wire.close_codes import CloseCode
from service.wire.messages import Contribute, Frame, Hello, Message, Ping, Snapshot, Strokes
from service.wire.protocol import ProtocolError, parse_binary, parse_text
from service.wire.replies import encode, encode_changes, encode_error, encode_prediction, encode_welcome

MAX_WRONG = 32  # wrong messages in a row: this client speaks something else
MAX_OUTBOX = 64  # answers that wait to be sent; then nothing more is read
MAX_CONTRIBUTING = 32  # contributions on their way to disk at a time
LEAST_WAIT = 0.001  # s
PATIENCE = ("no_model",)  # errors that are no fault in the message itself


class TooManyWrongMessages(Exception):
    """The client sent `MAX_WRONG` wrong messages in a row."""


class Session:
    """Reads, predicts and answers until the client goes. For one event loop, on which all predictions run too."""

    def __init__(self, socket: WebSocket, live: LiveModels, intake: Intake, frames_per_second: float) -> None:
        self._socket = socket
        self._live = live
        self._intake = intake
        self._frames_per_second = frames_per_second
        self._connection: Connection | None = socket.scope.get("extensions", {}).get(EXTENSION)
        self._hello = Hello()
        self._told = live.current  # the last that this client was told of models and trainer
        self._mailbox = Mailbox()
        self._outbox: list[str] = []  # no deque: an empty one has room for 64, which is kept for the socket's life
        self._room = Room()
        self._wake = asyncio.Event()
        self._bucket = TokenBucket(frames_per_second)
        self._bare_pngs = 0
        self._wrong = 0
        self._contributing = 0
        self._reading = False  # the reader waits for a message
        self._asleep = False  # the replier has nothing to do

    async def run(self) -> None:
        """Serves the accepted socket to its end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._welcome()
                replier = tasks.create_task(self._reply())
                if self._connection is not None:
                    self._connection.answer_by(self._answer_at_once)
                await self._read(tasks)
                replier.cancel()
        except* WebSocketDisconnect:
            pass  # It went while it was being answered.
        except* TooManyWrongMessages:
            await end(self._socket, CloseCode.TOO_MANY_WRONG_MESSAGES, f"{MAX_WRONG} wrong messages in a row")

    def wake(self) -> None:
        """Lets the replier look again; called when the models or the trainer have changed."""
        self._wake.set()

    # Reading

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        while (event := await self._receive())["type"] != "websocket.disconnect":
            try:
                text = event.get("text")
                message = parse_binary(event["bytes"]) if text is None else parse_text(text)
                await self._handle(message, tasks)
            except ProtocolError as error:
                await self._say(encode_error(error))
                self._count_wrong(error)

    async def _receive(self) -> MutableMapping[str, Any]:
        self._reading = True
        event = await self._socket.receive()
        self._reading = False
        return event

    async def _handle(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        match message:
            case Frame() | Strokes():
                await self._take_in(message)
            case Hello():
                self._greet(message)
                await self._welcome()
            case Ping(t):
                self._wrong = 0
                await self._say(encode({"type": "pong", "t": t}))
            case Contribute(record):
                self._wrong = 0
                if self._contributing >= MAX_CONTRIBUTING:
                    await self._say(encode(busy(record)))
                elif (refusal := self._intake.refuse_at_once(record)) is not None:
                    await self._say(encode(refusal))
                else:
                    self._contributing += 1
                    tasks.create_task(self._contribute(record))

    async def _take_in(self, snapshot: Snapshot) -> None:
        if isinstance(snapshot, Frame) and snapshot.seq is None:
            self._bare_pngs += 1
            snapshot = Frame("png", snapshot.payload, seq=self._bare_pngs)
        # A snapshot costs nothing until it is answered, so the pace is kept there: a client that wants every answer
        # finds the mailbox full and is read more slowly, one that wants the latest has older ones replaced.
        await self._mailbox.put(snapshot)
        self._wake.set()

    def _greet(self, hello: Hello) -> None:
        predictors = self._live.current.predictors
        for family in hello.families:
            if family not in predictors:
                raise ProtocolError("unknown_family", f"family {family!r:.40}, expected one of {list(predictors)}")
        self._wrong = 0
        self._hello = hello
        self._mailbox.coalesce = hello.coalesce

    async def _welcome(self) -> None:
        counts = await asyncio.to_thread(self._intake.counts, self._hello.contributor)
        served = self._live.current
        await self._say(encode_welcome(served, self._hello.families, counts, self._frames_per_second))
        self._told = served

    async def _contribute(self, record: dict[str, Any]) -> None:
        try:
            reply = await asyncio.to_thread(self._intake.accept, record)
        finally:
            self._contributing -= 1
        # Not `_say`, which may wait: at most MAX_CONTRIBUTING of these are under way.
        self._outbox.append(encode(reply))
        self._wake.set()

    async def _say(self, text: str) -> None:
        while len(self._outbox) >= MAX_OUTBOX:
            await self._room.wait()
        self._outbox.append(text)
        self._wake.set()

    def _count_wrong(self, error: ProtocolError) -> None:
        if error.code in PATIENCE:
            return
        self._wrong += 1
        if self._wrong >= MAX_WRONG:
            raise TooManyWrongMessages

    # Replying

    async def _reply(self) -> None:
        while True:
            if self._outbox:
                self._room.give()
                # Not by a name: it would be kept for as long as this sleeps.
                await self._socket.send_text(self._outbox.pop(0))
            elif self._live.current is not self._told:
                for text in self._changes():
                    await self._socket.send_text(text)
            elif self._mailbox and (wait := self._pace()) == 0:
                await self._answer(self._mailbox.take())
            else:
                await self._sleep(wait if self._mailbox else None)

    def _pace(self) -> float:
        """Seconds until the waiting snapshot may be answered."""
        if self._bucket.take():
            return 0
        return self._bucket.wait() or LEAST_WAIT  # a token that has come since is not taken yet

    async def _sleep(self, seconds: float | None) -> None:
        self._wake.clear()
        self._asleep = True
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass  # A snapshot's turn has come.
        finally:
            self._asleep = False

    def _changes(self) -> list[str]:
        """What the client is still to be told of models and trainer; taken as told."""
        told, self._told = self._told, self._live.current
        return encode_changes(told, self._told)

    async def _answer(self, snapshot: Snapshot) -> None:
        try:
            chosen = choose_predictors(self._live.current, self._hello.families, snapshot)
            encodings = {predictor.encoding for predictor in chosen}
            if snapshot.slot in SLOW_SLOTS:
                inputs = await asyncio.to_thread(make_inputs, snapshot, encodings)
            else:
                inputs = make_inputs(snapshot, encodings)
        except (SnapshotError, BadPng) as error:
            await self._complain(ProtocolError("bad_snapshot", str(error), snapshot.drawing, snapshot.seq))
        except ProtocolError as error:
            await self._complain(error)
        else:
            self._wrong = 0
            for text in _answers(snapshot, chosen, inputs):
                await self._socket.send_text(text)

    def _answer_at_once(self, messages: list[bytes]) -> list[str] | None:
        """The answers to binary messages, when nothing came before them and they can be given here and now.

        None leaves them to reader and replier, who know what to do with everything.
        """
        idle = self._reading and self._asleep and not self._wake.is_set()
        if not idle or self._mailbox:
            return None
        if len(messages) > 1 and not self._hello.coalesce:
            return None
        try:
            # Of those that came together the latest of each kind, as in the mailbox.
            latest = {snapshot.slot: snapshot for snapshot in map(parse_binary, messages)}
            if not SLOW_SLOTS.isdisjoint(latest) or not self._bucket.take(len(latest)):
                return None
            texts: list[str] = []
            for snapshot in latest.values():
                texts += self._predict(snapshot)
        except (ProtocolError, SnapshotError):
            return None
        self._wrong = 0
        # Asked for last: a model that was swapped in meanwhile is told of before it answers.
        return texts if self._live.current is self._told else [*self._changes(), *texts]

    def _predict(self, snapshot: Snapshot) -> list[str]:
        chosen = choose_predictors(self._live.current, self._hello.families, snapshot)
        return _answers(snapshot, chosen, make_inputs(snapshot, {predictor.encoding for predictor in chosen}))

    async def _complain(self, error: ProtocolError) -> None:
        await self._socket.send_text(encode_error(error))
        self._count_wrong(error)


def _answers(snapshot: Snapshot, chosen: Iterable[Predictor], inputs: Mapping[Encoding, Inputs | None]) -> list[str]:
    drawing, seq = snapshot.drawing, snapshot.seq or 0
    return [encode_prediction(each.predict(inputs[each.encoding]), drawing, seq) for each in chosen]


async def end(socket: WebSocket, code: CloseCode, reason: str) -> None:
    """Closes the socket; one that its client has left meanwhile is closed already."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(code, reason)
