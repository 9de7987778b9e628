"""Reads drawings and arrivals from the object store, many at a time; leaves damaged objects out and records them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum

from collector.contribution.layout import (
    ARRIVALS,
    TOMBSTONES,
    NotInLayout,
    drawing_key,
    is_drawing_id,
    parse_arrival,
)
from collector.storage.object_store import NoSuchObject, ObjectStore, StoreError
from collector.storage.stored_drawing import BadStoredDrawing, StoredDrawing, StoredSample, parse_stored_drawing
from collector.symbols.symbol_set import DIGITS, SymbolSet
from training.data.dataset import LabelledDrawing, Picture
from training.data.stages import Canvas, lines_of
from training.data.stored.checks import check_drawing, check_ink, labels_of
from training.data.stored.damaged import DamagedObjects
from training.data.stored.picture_reading import PictureReader, Sample, read_samples

READERS = 16  # threads; objects are small, so most of the time is waiting
READ_AHEAD = 4 * READERS  # drawings in flight: memory does not grow with the number asked for
MAX_DRAWING_BYTES = 8 * 2**20  # of a drawing's JSON; a contribution has at most 1 MiB


class Missing(Enum):
    """The reason why a drawing is not available for good."""

    GONE = "gone"  # deleted, or its arrival outlived it
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The store failed to read this drawing; a later read may succeed."""

    error: StoreError


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """A new drawing: the time of its upload as the key has it, `20261121T034500123Z`, and its id."""

    time: str
    drawing: str


class StoredDrawings:
    """Reads contributed drawings without those that were deleted, never finished, or are damaged."""

    def __init__(self, store: ObjectStore, damaged: DamagedObjects | None = None, symbols: SymbolSet = DIGITS) -> None:
        """`store` is the part of the store that holds the set `symbols`."""
        self._store = store
        self._symbols = symbols
        self._damaged = DamagedObjects() if damaged is None else damaged

    def arrival_keys(self) -> Iterator[tuple[str, Arrival]]:
        """Every arrival with its key, in the order of the keys; a drawing may have two."""
        for key in self._store.keys(ARRIVALS):
            try:
                yield key, Arrival(*parse_arrival(key))
            except NotInLayout as error:
                self._damaged.add(key, error)

    def arrivals(self) -> list[Arrival]:
        """The drawings that are in no shard yet, each once, oldest first."""
        found: dict[str, Arrival] = {}
        for _, arrival in self.arrival_keys():
            found.setdefault(arrival.drawing, arrival)
        return sorted(found.values())

    def tombstones(self) -> set[str]:
        """The ids of the drawings that their contributors deleted."""
        found = set()
        for key in self._store.keys(TOMBSTONES):
            drawing = key.removeprefix(TOMBSTONES)
            if is_drawing_id(drawing):
                found.add(drawing)
            else:
                self._damaged.add(key, f"{drawing!r:.80} is not a drawing's id")
        return found

    def read(self, drawings: Iterable[str], processes: int = 1) -> list[LabelledDrawing]:
        """These drawings in this order, without deleted, missing and damaged ones.

        Raises:
            StoreError: the store could not be read.
        """
        deleted = self.tombstones()
        wanted = [drawing for drawing in dict.fromkeys(drawings) if drawing not in deleted]
        found = []
        with PictureReader(processes) as pictures:
            for each in self.read_each(wanted, pictures):
                if isinstance(each, Unavailable):
                    raise each.error
                if isinstance(each, LabelledDrawing):
                    found.append(each)
        return found

    def read_each(
        self, drawings: Collection[str], pictures: PictureReader
    ) -> Iterator[LabelledDrawing | Missing | Unavailable]:
        """Yields each drawing in this order, READ_AHEAD at a time, or the reason why it is not available."""
        waiting: deque[Future[LabelledDrawing | Missing | Unavailable]] = deque()
        decoder = pictures.executor(len(drawings))
        with ThreadPoolExecutor(READERS, thread_name_prefix="read-drawing") as readers:
            for drawing in drawings:
                waiting.append(readers.submit(self._read_one, drawing, decoder))
                if len(waiting) >= READ_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _read_one(self, drawing: str, decoder: Executor) -> LabelledDrawing | Missing | Unavailable:
        key = drawing_key(drawing)
        try:
            labelled = self._labelled(drawing, self._store.get(key), decoder)
        except NoSuchObject:
            self._damaged.resolve(key)
            return Missing.GONE
        except StoreError as error:
            return Unavailable(error)
        # The boundary of one object: whatever its bytes make a parser raise, they must not stop the other drawings.
        except Exception as error:
            self._damaged.add(key, error)
            return Missing.DAMAGED
        self._damaged.resolve(key)
        return labelled

    def _labelled(self, drawing: str, body: bytes, decoder: Executor) -> LabelledDrawing:
        if len(body) > MAX_DRAWING_BYTES:
            raise BadStoredDrawing(f"{len(body)} bytes, at most {MAX_DRAWING_BYTES}")
        stored = parse_stored_drawing(body)
        if stored.id != drawing:
            raise BadStoredDrawing(f"it is drawing {stored.id}")
        if stored.symbol_set != self._symbols.id:
            raise BadStoredDrawing(f"it is of set {stored.symbol_set}, expected {self._symbols.id}")
        labelled = LabelledDrawing(
            id=stored.id,
            lines=tuple(lines_of(stored.strokes)),
            label=stored.label,
            contributor=stored.contributor,
            use=stored.use,
            source=stored.source,
            canvas=Canvas(stored.width, stored.height, stored.pen_width),
        )
        check_drawing(labelled, labels_of(self._symbols))
        for sample in stored.samples:
            check_ink(sample.ink)
        return replace(labelled, pictures=self._pictures(stored, decoder))

    def _pictures(self, stored: StoredDrawing, decoder: Executor) -> tuple[Picture, ...]:
        """The drawing's own samples without damaged ones: the strokes still train."""
        samples = [found for sample in stored.samples if (found := self._sample(stored, sample)) is not None]
        if not samples:
            return ()
        pictures, damaged = decoder.submit(read_samples, samples).result()
        for key, reason in damaged:
            self._damaged.add(key, reason)
        return tuple(pictures)

    def _sample(self, stored: StoredDrawing, sample: StoredSample) -> Sample | None:
        try:
            return Sample(sample.key, sample.ink, (stored.width, stored.height), self._store.get(sample.key))
        except NoSuchObject as error:
            self._damaged.add(sample.key, error)
            return None
