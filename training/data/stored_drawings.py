"""Drawings from the object store: what arrived, in order, and the drawings themselves, many read at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from collector.contribution.layout import ARRIVALS, TOMBSTONES, NotInLayout, drawing_key, parse_arrival
from collector.ink.snapshot import MAX_CANVAS_SIDE, SnapshotError
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.stored_drawing import BadStoredDrawing, StoredDrawing, parse_stored_drawing
from training.data.dataset import LabelledDrawing, Picture
from training.data.picture_reading import PictureReader, Sample, read_samples
from training.data.stages import Canvas, lines_of

READERS = 16  # objects are small; the time goes into waiting for each
READ_AHEAD = 4 * READERS  # drawings on their way at once: memory doesn't grow with how many are asked for

log = logging.getLogger(__name__)


class Missing(Enum):
    """Why there is no drawing to be had."""

    GONE = "gone"  # deleted, or its arrival outlived it
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """A drawing's coming: the upload's time as it stands in the key, `20261121T034500123Z`, and the drawing's id."""

    time: str
    drawing: str


class StoredDrawings:
    """Reads contributions, leaving out what was deleted, what never finished and what can't be read."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def arrivals(self) -> list[Arrival]:
        """What came and is in no shard yet, each drawing once, oldest first."""
        found: dict[str, Arrival] = {}
        for key in self._store.keys(ARRIVALS):
            try:
                time, drawing = parse_arrival(key)
            except NotInLayout:
                continue
            found.setdefault(drawing, Arrival(time, drawing))
        return sorted(found.values())

    def tombstones(self) -> set[str]:
        """The drawings that their contributors deleted."""
        return {key.removeprefix(TOMBSTONES) for key in self._store.keys(TOMBSTONES)}

    def read(self, drawings: Iterable[str], processes: int = 1) -> list[LabelledDrawing]:
        """These drawings in this order, without those that are gone, deleted, or can't be read.

        Raises:
            StoreError: the store could not be read.
        """
        deleted = self.tombstones()
        wanted = [drawing for drawing in dict.fromkeys(drawings) if drawing not in deleted]
        with PictureReader(processes) as pictures:
            return [found for found in self.read_each(wanted, pictures) if isinstance(found, LabelledDrawing)]

    def read_each(self, drawings: Collection[str], pictures: PictureReader) -> Iterator[LabelledDrawing | Missing]:
        """Each of these in this order, READ_AHEAD of them at a time, or why it is not to be had.

        Raises:
            StoreError: the store could not be read.
        """
        waiting: deque[Future[LabelledDrawing | Missing]] = deque()
        decoder = pictures.executor(len(drawings))
        with ThreadPoolExecutor(READERS, thread_name_prefix="read-drawing") as readers:
            for drawing in drawings:
                waiting.append(readers.submit(self._read_one, drawing, decoder))
                if len(waiting) >= READ_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _read_one(self, drawing: str, decoder: Executor) -> LabelledDrawing | Missing:
        try:
            stored = parse_stored_drawing(self._store.get(drawing_key(drawing)))
            return self._labelled(stored, decoder)
        except NoSuchObject:
            return Missing.GONE
        except (BadStoredDrawing, SnapshotError) as error:
            log.warning("drawing %s is left out: %s", drawing, error)
            return Missing.UNREADABLE

    def _labelled(self, stored: StoredDrawing, decoder: Executor) -> LabelledDrawing:
        if not all(1 <= side <= MAX_CANVAS_SIDE for side in (stored.width, stored.height)):
            raise BadStoredDrawing(f"a canvas of {stored.width}x{stored.height} px")
        if not 0 <= stored.label <= 9:
            raise BadStoredDrawing(f"label {stored.label}, expected 0 to 9")
        return LabelledDrawing(
            id=stored.id,
            lines=tuple(lines_of(stored.strokes)),
            label=stored.label,
            contributor=stored.contributor,
            use=stored.use,
            source=stored.source,
            canvas=Canvas(stored.width, stored.height, stored.pen_width),
            pictures=self._pictures(stored, decoder),
        )

    def _pictures(self, stored: StoredDrawing, decoder: Executor) -> tuple[Picture, ...]:
        """The drawing's own samples. A broken one is passed over: the strokes still teach."""
        samples = list(self._samples(stored))
        if not samples:
            return ()
        pictures, wrong = decoder.submit(read_samples, samples).result()
        for line in wrong:
            log.warning("%s", line)
        return tuple(pictures)

    def _samples(self, stored: StoredDrawing) -> Iterator[Sample]:
        for told in stored.samples:
            try:
                yield Sample(told.key, told.ink, self._store.get(told.key))
            except NoSuchObject as error:
                log.warning("sample %s is left out: %s", told.key, error)
