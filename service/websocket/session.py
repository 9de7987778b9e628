"""One client's websocket: reads its messages and hands replies and snapshots to the replier."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import MutableMapping
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from service.inference.live_models import LiveModels
from service.intake.intake import Intake, busy
from service.metrics.metrics import Metrics, now_ns
from service.network.budget import Budget
from service.network.connection import EXTENSION, READ_AT, Connection
from service.network.metered import in_thread
from service.personal.hand import Hand
from service.personal.hands import Hands
from service.websocket.replier import MAX_WRONG, Replier, TooManyWrongMessages
from service.wire.large_json import SMALL_CHARACTERS
from service.wire.messages import Contribute, Frame, Hello, Message, Ping, Snapshot, Strokes
from service.wire.protocol import CloseCode, ProtocolError, parse_binary, parse_text
from service.wire.replies import encode_pong, encode_welcome
from service.wire.schemas import PersonalState, describe_models, describe_trainer

MAX_CONTRIBUTING = 32  # contributions being stored at a time
HELLO_PRICE = 0.001  # s of processor time for a welcome, besides its counts


class Session:
    """The reading half of a session, which also runs the replier. For one event loop."""

    def __init__(
        self,
        socket: WebSocket,
        live: LiveModels,
        intake: Intake,
        hands: Hands | None,
        frames_per_second: float,
        large_texts: asyncio.Semaphore,  # one at a time is parsed
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._socket = socket
        self._live = live
        self._intake = intake
        self._hands = hands
        self._frames_per_second = frames_per_second
        self._connection: Connection | None = socket.scope.get("extensions", {}).get(EXTENSION)
        self._budget = Budget(1.0) if self._connection is None else self._connection.budget
        self._large_texts = large_texts
        self._replier = Replier(socket, live, self._budget, frames_per_second, metrics)
        self._families: tuple[str, ...] = ()  # that the client asked for
        self._language: str | None = None  # of the client's page
        self._contributor: str | None = None  # the hash; the token is not kept
        self._hand: Hand | None = None
        self._bare_pngs = 0
        self._contributing = 0
        self._reading = False  # waits for a message
        self._read_at = 0  # when the message that is handled came

    async def run(self) -> None:
        """Serves the accepted socket until it closes."""
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._welcome()
                replier = tasks.create_task(self._replier.run())
                if self._connection is not None:
                    self._connection.answer_by(self._answer_at_once)
                await self._read(tasks)
                replier.cancel()
        except* WebSocketDisconnect:
            pass  # the client left while a reply was sent
        except* TooManyWrongMessages:
            await end(self._socket, CloseCode.TOO_MANY_WRONG_MESSAGES, f"{MAX_WRONG} wrong messages in a row")
        finally:
            self._hold(None)

    def wake(self) -> None:
        """Sends the client what has changed; called when the models or the trainer have changed."""
        self._replier.wake()

    def _answer_at_once(self, messages: list[bytes]) -> list[str] | None:
        # A message that the reader is still handling came first.
        return self._replier.answer_at_once(messages) if self._reading else None

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        while (event := await self._receive())["type"] != "websocket.disconnect":
            try:
                await self._handle(await self._parse(event), tasks)
            except ProtocolError as error:
                await self._replier.complain(error)

    async def _parse(self, event: MutableMapping[str, Any]) -> Message:
        text = event.pop("text", None)  # may hold a token: not kept while the next message is waited for
        if text is None:
            return parse_binary(event["bytes"])
        if len(text) <= SMALL_CHARACTERS:
            return parse_text(text)
        async with self._large_texts:
            return await in_thread(self._budget, parse_text, text)

    async def _receive(self) -> MutableMapping[str, Any]:
        self._reading = True
        event = await self._socket.receive()
        self._reading = False
        self._read_at = event.get(READ_AT) or now_ns()
        return event

    async def _handle(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        match message:
            case Frame() | Strokes():
                await self._replier.put(self._numbered(message), self._read_at)
            case Hello():
                self._greet(message)
                self._budget.spend(HELLO_PRICE)
                await self._welcome()
            case Ping(t):
                self._replier.note_valid_message()
                await self._replier.reply(encode_pong(t))
            case Contribute(record):
                self._replier.note_valid_message()
                await self._take_contribution(record, tasks)

    def _numbered(self, snapshot: Snapshot) -> Snapshot:
        if isinstance(snapshot, Frame) and snapshot.seq is None:
            self._bare_pngs += 1
            return Frame("png", snapshot.payload, seq=self._bare_pngs)
        return snapshot

    def _greet(self, hello: Hello) -> None:
        predictors = self._live.current.predictors
        for family in hello.families:
            if family not in predictors:
                raise ProtocolError("unknown_family", f"family {family!r:.40}, expected one of {list(predictors)}")
        self._families = hello.families
        self._language = hello.language
        self._contributor = None if hello.contributor is None else self._intake.contributor_of(hello.contributor)
        if self._hands is None or self._contributor is None or not hello.personal:
            self._hold(None)
        else:
            self._hold(self._hands.open(self._contributor, hello.families))
        self._replier.note_valid_message()
        self._replier.configure(hello.families, hello.coalesce, self._hand)

    def _hold(self, hand: Hand | None) -> None:
        """Answers by this hand from now on; the former one has a socket fewer."""
        former, self._hand = self._hand, hand
        if self._hands is not None and former is not None:
            self._hands.close(former)

    async def _welcome(self) -> None:
        counts = await self._intake.show_counts(self._contributor)
        personal = await self._personal()
        served = self._live.current
        models = describe_models(served.cards)
        trainer = describe_trainer(served.trainer) if served.trainer else None
        text = encode_welcome(
            models, trainer, self._families, counts, self._frames_per_second, personal, self._language
        )
        await self._replier.welcome(text, served)

    async def _personal(self) -> PersonalState | None:
        if self._hands is None or self._hand is None:
            return None
        await self._hands.load(self._hand)
        return self._hand.describe()

    async def _take_contribution(self, record: dict[str, Any], tasks: asyncio.TaskGroup) -> None:
        if self._contributing >= MAX_CONTRIBUTING:
            refusal = busy(record)
            self._metrics.contributed(refusal)
            await self._replier.reply(refusal.model_dump_json())
        else:
            self._contributing += 1
            tasks.create_task(self._store(record))

    async def _store(self, record: dict[str, Any]) -> None:
        try:
            reply = await self._intake.take(record, self._budget.spend)
        finally:
            self._contributing -= 1
        self._metrics.contributed(reply)
        # `reply` may wait; at most MAX_CONTRIBUTING of these are under way.
        self._replier.reply_now(reply.model_dump_json())


async def end(socket: WebSocket, code: CloseCode, reason: str) -> None:
    """Closes the socket, unless the client has closed it already."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(code, reason)
