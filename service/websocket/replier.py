"""Sends what one client is due: replies in order, changes of the models, then answers to snapshots at its pace."""

from __future__ import annotations

import asyncio

from fastapi import WebSocket

from service.admission.token_bucket import TokenBucket
from service.inference.inputs import SLOW_SLOTS
from service.inference.live_models import ServedSource
from service.inference.served import Served
from service.metrics.metrics import Metrics
from service.network.limits.budget import Budget
from service.personal.profile import Profile
from service.websocket.announcements import encode_changes
from service.websocket.answering import Answering
from service.websocket.mailbox import Mailbox, Room, Waiting
from service.wire.messages import Snapshot
from service.wire.protocol import ProtocolError, parse_binary
from service.wire.replies import encode_error

MAX_OUTBOX = 64  # replies that wait to be sent; then nothing more is read
MAX_WRONG = 32  # wrong messages in a row; then the client is assumed to speak another protocol
LEAST_WAIT = 0.001  # s
TEMPORARY = ("no_model",)  # errors that are not the message's fault


class TooManyWrongMessages(Exception):
    """The client sent `MAX_WRONG` wrong messages in a row."""


class Replier:
    """The sending half of a session. For one event loop."""

    __slots__ = (
        "_answering", "_asleep", "_bucket", "_budget", "_known", "_live", "_mailbox", "_metrics", "_outbox", "_room",
        "_socket", "_wake", "_welcoming", "_wrong",
    )  # fmt: skip

    def __init__(
        self, socket: WebSocket, live: ServedSource, budget: Budget, frames_per_second: float, metrics: Metrics
    ) -> None:
        self._metrics = metrics
        self._socket = socket
        self._budget = budget
        self._live = live
        self._answering = Answering(live, metrics)
        self._known = live.current  # the state of models and trainer that the client knows
        self._mailbox = Mailbox()
        self._outbox: list[str] = []  # no deque: even an empty one allocates room for 64
        self._room = Room()
        self._wake = asyncio.Event()
        self._asleep = False  # nothing to do
        self._bucket = TokenBucket(frames_per_second)
        self._welcoming = False  # the client does not know the classes of its new set yet
        self._wrong = 0

    def configure(self, families: tuple[str, ...], coalesce: bool, profile: Profile | None, live: ServedSource) -> None:
        """Sets what answers, and with `coalesce` that of waiting snapshots only the latest of each kind is answered.

        Answers by another set wait for the welcome, which has its classes.
        """
        if live is not self._live:
            self._welcoming = True
            self._live = self._answering.live = live
            self._known = live.current  # the welcome that follows describes it
        self._answering.families = families
        self._answering.profile = profile
        self._mailbox.coalesce = coalesce

    def wake(self) -> None:
        """Makes the replier look for work; called when the models or the trainer have changed."""
        self._wake.set()

    # What the reader hands over

    async def put(self, snapshot: Snapshot, read_at: int) -> None:
        """Queues a snapshot; waits while too many are queued, so that a fast client is read more slowly."""
        # The pace is kept where snapshots are answered: one that is replaced before has cost nothing.
        await self._mailbox.put(snapshot, read_at)
        self._wake.set()

    async def reply(self, text: str) -> None:
        """Queues a reply; waits while too many are queued."""
        while len(self._outbox) >= MAX_OUTBOX:
            await self._room.wait()
        self.reply_now(text)

    def reply_now(self, text: str) -> None:
        """Queues a reply without waiting; the caller limits how many."""
        self._outbox.append(text)
        self._wake.set()

    async def welcome(self, text: str, served: Served) -> None:
        """Queues a welcome, which describes `served`."""
        await self.reply(text)
        self._known = served
        self._welcoming = False

    async def complain(self, error: ProtocolError) -> None:
        """Queues the error of a message.

        Raises:
            TooManyWrongMessages: it is one too many.
        """
        self._metrics.message_refused(error.code)
        await self.reply(encode_error(error))
        self._count_wrong(error)

    def note_valid_message(self) -> None:
        self._wrong = 0

    # What it sends

    async def run(self) -> None:
        """Sends until cancelled.

        Raises:
            TooManyWrongMessages: the client sent too many wrong snapshots in a row.
            WebSocketDisconnect: the client is gone.
        """
        while True:
            if self._outbox:
                self._room.give()
                # Without a local name, which would keep the text alive while this sleeps.
                await self._socket.send_text(self._outbox.pop(0))
            elif self._welcoming:
                await self._sleep(None)
            elif self._live.current is not self._known:
                await self._send(self._changes())
            elif self._mailbox and (wait := self._pace()) == 0:
                await self._answer(self._mailbox.take())
            else:
                await self._sleep(wait if self._mailbox else None)

    def answer_at_once(self, messages: list[bytes]) -> list[str] | None:
        """The answers to binary messages if nothing else is pending and none is slow; None leaves them to `run`."""
        if not self._asleep or self._wake.is_set() or self._mailbox:
            return None
        if len(messages) > 1 and not self._mailbox.coalesce:
            return None
        try:
            # As in the mailbox: the latest of each kind.
            latest = {snapshot.slot: snapshot for snapshot in map(parse_binary, messages)}
            if not SLOW_SLOTS.isdisjoint(latest) or not self._bucket.take(len(latest)):
                return None
            texts: list[str] = []
            for snapshot in latest.values():
                texts += self._answering.answer(snapshot)
        except ProtocolError:
            return None
        self._wrong = 0
        # Compared last: a model swapped in meanwhile is announced before its first answer.
        return texts if self._live.current is self._known else [*self._changes(), *texts]

    async def _answer(self, waiting: Waiting) -> None:
        answering, snapshot = self._answering, waiting.snapshot
        try:
            slow = snapshot.slot in SLOW_SLOTS
            texts = await answering.answer_slow(snapshot, self._budget) if slow else answering.answer(snapshot)
        except ProtocolError as error:
            self._metrics.message_refused(error.code)
            answering.count_refused(snapshot)
            await self._socket.send_text(encode_error(error))
            self._count_wrong(error)
        else:
            self._wrong = 0
            await self._send(texts)
            self._metrics.queued.written(waiting.read_at)

    async def _send(self, texts: list[str]) -> None:
        for text in texts:
            await self._socket.send_text(text)

    def _pace(self) -> float:
        """Seconds until the waiting snapshot may be answered."""
        if self._bucket.take():
            return 0
        return self._bucket.wait() or LEAST_WAIT  # a token that was added since is not taken yet

    async def _sleep(self, seconds: float | None) -> None:
        self._wake.clear()
        self._asleep = True
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass  # the next snapshot may be answered
        finally:
            self._asleep = False

    def _changes(self) -> list[str]:
        """Encodes what changed since the client was last informed, and marks it as known."""
        known, self._known = self._known, self._live.current
        return encode_changes(known, self._known)

    def _count_wrong(self, error: ProtocolError) -> None:
        if error.code in TEMPORARY:
            return
        self._wrong += 1
        if self._wrong >= MAX_WRONG:
            raise TooManyWrongMessages
