"""The same client for programs without asyncio: `with connect(url) as ink: for guess in ink.watch(strokes)`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from midstroke_client.connection import Ink as AsyncInk
from midstroke_client.connection import connect as connect_async
from midstroke_client.outbox import Outbox
from midstroke_client.replies import Accepted, Guess, Welcome
from midstroke_client.snapshots import Strokes, stages

Result = TypeVar("Result")


@contextmanager
def connect(url: str, **options: Any) -> Iterator[Ink]:
    """Opens a connection and keeps it open until the block ends; options and errors are those of the other one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="midstroke-client", daemon=True)
    thread.start()
    context = connect_async(url, **options)
    try:
        ink = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result()
        try:
            yield Ink(ink, loop)
        finally:
            asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Ink:
    """Made by `connect`. Any thread may call it."""

    def __init__(self, ink: AsyncInk, loop: asyncio.AbstractEventLoop) -> None:
        self._ink = ink
        self._loop = loop

    @property
    def welcome(self) -> Welcome:
        return self._ink.welcome

    @property
    def outbox(self) -> Outbox:
        return self._ink.outbox

    def guess(self, strokes: Strokes, **canvas: Any) -> list[Guess]:
        """The guess of each family asked for about one snapshot."""
        return self._wait(self._ink.guess(strokes, **canvas))

    def watch(self, strokes: Strokes | Iterable[Strokes], *, growing: bool = False, **canvas: Any) -> Iterator[Guess]:
        """Guesses about one drawing as it grows; with `growing`, `strokes` gives all that is drawn, again and again."""
        drawn: Iterable[Strokes] = strokes if growing else stages(_drawing(strokes))  # type: ignore[assignment]
        number = self._ink.new_drawing()
        for seq, each in enumerate(drawn, 1):
            yield from self.guess(each, drawing=number, seq=seq, **canvas)

    def contribute(self, strokes: Strokes, label: int | str, *, consent: str, **drawing: Any) -> Accepted:
        """Gives a finished drawing, and returns once it is on the service's disk."""
        return self._wait(self._ink.contribute(strokes, label, consent=consent, **drawing))

    def flush(self) -> None:
        """Waits until every contribution in the outbox is answered."""
        self._wait(self._ink.flush())

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _drawing(strokes: Any) -> Sequence[Any]:
    return strokes if isinstance(strokes, Sequence) else list(strokes)
