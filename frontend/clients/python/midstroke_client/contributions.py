"""Contributions: how one is made, and those that wait for their answer."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from midstroke_client.backoff import retry_delay
from midstroke_client.errors import ContributionRefused, MidstrokeError
from midstroke_client.outbox import Outbox, Record
from midstroke_client.pictures import cut_at, draw_png, ink_length, sample_inks
from midstroke_client.replies import Accepted, Welcome
from midstroke_client.snapshots import Strokes


class WaitingContributions:
    """Those that this program waits for; the outbox keeps all that are not answered. For one event loop."""

    def __init__(self, outbox: Outbox, send: Callable[[Record], Awaitable[None]]) -> None:
        self._outbox = outbox
        self._send = send
        self._waiting: dict[str, asyncio.Future[Accepted]] = {}
        self._resending: set[asyncio.Task[None]] = set()

    async def give(self, record: Record) -> Accepted:
        """Sends a contribution and waits for its answer, however long that takes.

        Raises:
            ContributionRefused: the service does not take it.
            ConnectionEnded: the service wants this client no more; the drawing stays in the outbox.
        """
        answered: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._waiting[record["id"]] = answered
        self._outbox.add(record)
        try:
            await self._send(record)
            return await answered
        finally:
            self._waiting.pop(record["id"], None)

    def answer(self, drawing: str, answer: Accepted | MidstrokeError) -> None:
        waiting = self._waiting.get(drawing)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Accepted):
            waiting.set_result(answer)
        else:
            waiting.set_exception(answer)

    def fail(self, error: MidstrokeError) -> None:
        """Ends the wait for all; they stay in the outbox."""
        for drawing in list(self._waiting):
            self.answer(drawing, error)

    def retry(self, drawing: str) -> None:
        """Sends a contribution again after a while: the service can't take it just now."""

        async def send_later() -> None:
            await asyncio.sleep(retry_delay(2, random.random()))  # noqa: S311 - spreads clients, keeps no secret
            for contribution in self._outbox.waiting:
                if contribution["id"] == drawing:
                    await self._send(contribution)

        task = asyncio.get_running_loop().create_task(send_later())
        self._resending.add(task)
        task.add_done_callback(self._resending.discard)


def refusal_of(record: Record) -> ContributionRefused:
    return ContributionRefused(record["id"], record["code"], record["message"])


def contributed_strokes(strokes: Strokes) -> list[list[list[float | None]]]:
    """Strokes of points [x, y, ms], null where a time is unknown."""
    return [[[*point[:2], _time(point)] for point in stroke] for stroke in strokes]


def make_samples(welcome: Welcome, strokes: Strokes, width: int, height: int, pen_width: float) -> list[dict[str, Any]]:
    """The pictures of its stages that a contribution needs."""
    inks = sample_inks(ink_length(strokes), welcome.samples_min, welcome.samples_max)
    pictures = (draw_png(cut_at(strokes, ink), width, height, pen_width) for ink in inks)
    return [{"ink": ink, "png": base64.b64encode(png).decode()} for ink, png in zip(inks, pictures, strict=True)]


def _time(point: Sequence[float]) -> float | None:
    return point[2] if len(point) > 2 else None
