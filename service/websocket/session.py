"""One client's websocket: reads its messages and hands replies and snapshots to the replier."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import MutableMapping
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from service.intake.intake import busy, unknown_set
from service.metrics.metrics import Metrics, now_ns
from service.network.connection import EXTENSION, READ_AT, Connection
from service.network.limits.budget import Budget
from service.network.limits.metered import in_thread
from service.personal.profile import Profile
from service.sets.scope import SetScope
from service.sets.sets import Sets
from service.websocket.replier import MAX_WRONG, Replier, TooManyWrongMessages
from service.wire.large_json import SMALL_CHARACTERS
from service.wire.messages import Contribute, Frame, Hello, Message, Ping, Snapshot, Strokes
from service.wire.protocol import CloseCode, ProtocolError, parse_binary, parse_text
from service.wire.replies import encode_pong, encode_welcome
from service.wire.schemas import Accepted, PersonalState, Refused, describe_models, describe_trainer

MAX_CONTRIBUTING = 32  # contributions being stored at a time
HELLO_PRICE = 0.001  # s of processor time for a welcome, besides its counts


class Session:
    """The reading half of a session, which also runs the replier. For one event loop."""

    def __init__(
        self,
        socket: WebSocket,
        sets: Sets,
        scope: SetScope,  # of the address; a hello may name another set
        frames_per_second: float,
        large_texts: asyncio.Semaphore,  # one at a time is parsed
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._socket = socket
        self._sets = sets
        self._home = self._scope = scope
        self._frames_per_second = frames_per_second
        self._connection: Connection | None = socket.scope.get("extensions", {}).get(EXTENSION)
        self._budget = Budget(1.0) if self._connection is None else self._connection.budget
        self._large_texts = large_texts
        self._replier = Replier(socket, scope.live, self._budget, frames_per_second, metrics)
        self._families: tuple[str, ...] = ()  # that the client asked for
        self._language: str | None = None  # of the client's page
        self._contributor: str | None = None  # the hash; the token is not kept
        self._profile: Profile | None = None
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
            self._hold(None, self._scope)

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
        # Looked up each time: a set may have been retired, or retired and made anew.
        scope = self._find(hello.symbol_set or self._home.symbols.id)
        predictors = scope.live.current.predictors
        for family in hello.families:
            if family not in predictors:
                raise ProtocolError("unknown_family", f"family {family!r:.40}, expected one of {list(predictors)}")
        self._families = hello.families
        self._language = hello.language
        contributor = None if hello.contributor is None else scope.intake.contributor_of(hello.contributor)
        self._contributor = contributor
        is_plain = scope.profiles is None or contributor is None or not hello.personal
        profile = None if is_plain or scope.profiles is None else scope.profiles.open(str(contributor), hello.families)
        self._hold(profile, scope)
        self._replier.note_valid_message()
        self._replier.configure(hello.families, hello.coalesce, self._profile, scope.live)

    def _find(self, set_id: str) -> SetScope:
        scope = self._sets.find(set_id)
        if scope is None:
            raise ProtocolError("unknown_set", f"set {set_id!r:.40}, expected one of {self._sets.ids}"[:400])
        return scope

    def _hold(self, profile: Profile | None, scope: SetScope) -> None:
        """Answers by this profile and set from now on; the former profile has a socket fewer."""
        former, profiles = self._profile, self._scope.profiles
        self._profile, self._scope = profile, scope
        if profiles is not None and former is not None:
            profiles.close(former)

    async def _welcome(self) -> None:
        counts = await self._scope.intake.show_counts(self._contributor)
        personal = await self._personal()
        served = self._scope.live.current
        models = describe_models(served.cards)
        trainer = describe_trainer(served.trainer) if served.trainer else None
        text = encode_welcome(
            models, trainer, self._families, counts, self._frames_per_second, personal, self._language,
            self._scope.listed(self._profile),
        )  # fmt: skip
        await self._replier.welcome(text, served)

    async def _personal(self) -> PersonalState | None:
        profiles = self._scope.profiles
        if profiles is None or self._profile is None:
            return None
        await profiles.load(self._profile)
        return self._profile.describe()

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
            reply = await self._take(record)
        finally:
            self._contributing -= 1
        self._metrics.contributed(reply)
        # `reply` may wait; at most MAX_CONTRIBUTING of these are under way.
        self._replier.reply_now(reply.model_dump_json())

    async def _take(self, record: dict[str, Any]) -> Accepted | Refused:
        # Looked up each time: a set that was retired meanwhile takes nothing more.
        named = record.get("set")
        named = self._scope.symbols.id if named is None else named
        scope = self._sets.find(named) if isinstance(named, str) else None
        return unknown_set(record) if scope is None else await scope.intake.take(record, self._budget.spend)


async def end(socket: WebSocket, code: CloseCode, reason: str) -> None:
    """Closes the socket, unless the client has closed it already."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(code, reason)
