"""Snapshots that were sent and wait for their guesses, and the snapshots of a drawing as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence

from midstroke_client.errors import MidstrokeError, SnapshotRefused
from midstroke_client.outbox import Record
from midstroke_client.pictures import Stroke
from midstroke_client.replies import Guess

SNAPSHOTS_MAX = 64  # of a finished drawing that is watched

Strokes = Sequence[Stroke]


class Snapshot:
    """One that was sent, and the guesses that came. For one event loop."""

    def __init__(self, drawing: int, seq: int, canvas: Record) -> None:
        self.drawing = drawing
        self.seq = seq
        self.message = {"type": "strokes", "drawing": drawing, "seq": seq, **canvas}
        self.guesses: list[Guess] = []
        self.answered: asyncio.Future[list[Guess]] = asyncio.get_running_loop().create_future()


class WaitingSnapshots:
    """Those that are not answered."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, int], Snapshot] = {}

    def add(self, snapshot: Snapshot) -> None:
        self._waiting[snapshot.drawing, snapshot.seq] = snapshot

    def remove(self, snapshot: Snapshot) -> None:
        self._waiting.pop((snapshot.drawing, snapshot.seq), None)

    def begin_again(self) -> list[Record]:
        """The messages to send on a new connection; guesses that came on the former one don't count."""
        for snapshot in self._waiting.values():
            snapshot.guesses.clear()
        return [snapshot.message for snapshot in self._waiting.values()]

    def find(self, drawing: int, seq: int) -> Snapshot | None:
        return self._waiting.get((drawing, seq))

    def take(self, drawing: int, seq: int, guess: Guess, families: int) -> None:
        """Takes one of `families` guesses about a snapshot."""
        snapshot = self.find(drawing, seq)
        if snapshot is None or snapshot.answered.done():
            return
        snapshot.guesses.append(guess)
        if len(snapshot.guesses) >= max(1, families):
            snapshot.answered.set_result(snapshot.guesses)

    def refuse(self, record: Record) -> None:
        """Takes an error. One without numbers is of a message that could not be read at all."""
        named = self.find(record.get("drawing", -1), record.get("seq", -1))
        error = SnapshotRefused(record["code"], record["message"])
        self._fail([named] if named is not None else list(self._waiting.values()), error)

    def fail(self, error: MidstrokeError) -> None:
        """Ends the wait of all."""
        self._fail(list(self._waiting.values()), error)

    def _fail(self, snapshots: Sequence[Snapshot], error: MidstrokeError) -> None:
        for snapshot in snapshots:
            if not snapshot.answered.done():
                snapshot.answered.set_exception(error)


def canvas_record(strokes: Strokes, width: int, height: int, pen_width: float | None) -> Record:
    """The fields of a message that say what is drawn."""
    record: Record = {
        "width": width,
        "height": height,
        "strokes": [[list(point) for point in stroke] for stroke in strokes],
    }
    return record if pen_width is None else {**record, "pen_width": pen_width}


async def growing(strokes: Strokes | AsyncIterable[Strokes]) -> AsyncIterator[Strokes]:
    """All that is drawn so far, again and again: of a finished drawing as `stages` shows it."""
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
