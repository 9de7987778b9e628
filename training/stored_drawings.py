"""Drawings from the object store: what arrived, in order, and the drawings themselves, many read at a time."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from collector.layout import ARRIVALS, TOMBSTONES, NotInLayout, arrival_key, drawing_key, parse_arrival
from collector.object_store import NoSuchObject, ObjectStore
from collector.stored_drawing import BadStoredDrawing, StoredDrawing, parse_stored_drawing
from training.dataset import LabelledDrawing, Picture, read_picture
from training.snapshot import MAX_CANVAS_SIDE, SnapshotError
from training.stages import Canvas, lines_of

LATE = timedelta(minutes=10)  # an uploader's clock may run behind, and its arrivals sort before others' then
READERS = 8  # objects are small; the time goes into waiting for each
KEPT_DRAWINGS = 5000  # in memory, about 10 KB each
TIME_FORMAT = "%Y%m%dT%H%M%S%fZ"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """A drawing's coming: the upload's time as it stands in the key, `20261121T034500123Z`, and the drawing's id."""

    time: str
    drawing: str


def window_start(time: str) -> str:
    """The key behind which to list so as to see whatever is newer than `time` or at most LATE before it."""
    if not time:
        return ARRIVALS
    return arrival_key(datetime.strptime(time, TIME_FORMAT).replace(tzinfo=UTC) - LATE, "")


class StoredDrawings:
    """Reads contributions, leaving out what was deleted, what never finished and what can't be read."""

    def __init__(self, store: ObjectStore, keep: int = KEPT_DRAWINGS) -> None:
        self._store = store
        self._keep = keep
        self._read: OrderedDict[str, LabelledDrawing | None] = OrderedDict()

    def arrivals(self, since: str = "") -> list[Arrival]:
        """Arrivals newer than the time `since` or a little older, each drawing once, oldest first."""
        found: dict[str, Arrival] = {}
        for key in self._store.keys(ARRIVALS, window_start(since)):
            try:
                time, drawing = parse_arrival(key)
            except NotInLayout:
                continue
            found.setdefault(drawing, Arrival(time, drawing))
        return sorted(found.values())

    def tombstones(self) -> set[str]:
        """The drawings that their contributors deleted."""
        return {key.removeprefix(TOMBSTONES) for key in self._store.keys(TOMBSTONES)}

    def read(self, drawings: Iterable[str]) -> list[LabelledDrawing]:
        """These drawings in this order, without those that are gone or can't be read.

        Raises:
            StoreError: the store could not be read.
        """
        wanted = list(dict.fromkeys(drawings))
        deleted = self.tombstones()
        missing = [drawing for drawing in wanted if drawing not in self._read and drawing not in deleted]
        found = {drawing: self._read[drawing] for drawing in wanted if drawing in self._read}
        for drawing, labelled in zip(missing, self._read_all(missing), strict=True):
            found[drawing] = labelled
            self._remember(drawing, labelled)
        return [labelled for drawing in wanted if drawing not in deleted and (labelled := found[drawing]) is not None]

    def _read_all(self, drawings: Sequence[str]) -> list[LabelledDrawing | None]:
        if not drawings:
            return []
        with ThreadPoolExecutor(READERS, thread_name_prefix="read-drawing") as readers:
            return list(readers.map(self._read_one, drawings))

    def _remember(self, drawing: str, labelled: LabelledDrawing | None) -> None:
        self._read[drawing] = labelled
        while len(self._read) > self._keep:
            self._read.popitem(last=False)

    def _read_one(self, drawing: str) -> LabelledDrawing | None:
        try:
            stored = parse_stored_drawing(self._store.get(drawing_key(drawing)))
            return self._labelled(stored)
        except NoSuchObject:
            return None  # deleted since, or its arrival outlived it
        except (BadStoredDrawing, SnapshotError) as error:
            log.warning("drawing %s is left out: %s", drawing, error)
            return None

    def _labelled(self, stored: StoredDrawing) -> LabelledDrawing:
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
            pictures=tuple(self._pictures(stored)),
        )

    def _pictures(self, stored: StoredDrawing) -> Iterable[Picture]:
        """The drawing's own samples. A broken one is passed over: the strokes still teach."""
        for sample in stored.samples:
            try:
                picture = read_picture(sample.ink, self._store.get(sample.key))
            except (NoSuchObject, OSError, SyntaxError, ValueError) as error:
                log.warning("sample %s is left out: %s", sample.key, error)
                continue
            if picture is not None:
                yield picture
