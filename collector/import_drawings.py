"""Imports drawings from files into the spool, as if their writers had drawn them on the page."""

from __future__ import annotations

import hashlib
import itertools
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from collector.contribution.consent import LICENCE
from collector.contribution.contribution import Contribution, Sample
from collector.contribution.contributor import Use, contributor_id, use_of
from collector.exchange.read_file import read_file
from collector.exchange.recorded_drawing import Frame, RecordedDrawing
from collector.ink.drawing import Drawing, DrawingError, check_points, cut_at_ink, fit_on_canvas
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH, draw_stages, encode_ink_png
from collector.spool.deletions import WasDeleted
from collector.spool.spool import Spool
from collector.symbols.symbol_set import DIGITS, SymbolSet

log = logging.getLogger(__name__)

CONSENT = "import"  # in place of a version: the file's licence allows it, its writers were never asked by a page
LONGER_SIDE = 260.0  # px; people place a digit at 120 to 360 on the page's canvas
AT_ONCE = 16  # drawings that wait for the disk together
INKS = tuple(step / 10 for step in range(1, 11))
PAGE = Frame(CANVAS_SIDE, CANVAS_SIDE, PEN_WIDTH)
USE_TRIES = 500  # tokens of one writer; the chance that none gives the wanted use is below 1e-35

_NAMESPACE = uuid.UUID("3a5bd2f4-0f3e-4b53-9a6c-5f1b3c1d7e90")


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcomes of a file's drawings."""

    accepted: int
    duplicates: int
    skipped: int


class Importer:
    """Puts labelled drawings of files into a spool; a second time does no harm."""

    def __init__(
        self,
        spool: Spool,
        key: bytes,
        symbols: SymbolSet = DIGITS,
        licence: str | None = None,
        contributor: str | None = None,
        is_known: Callable[[str], bool] = lambda _drawing: False,
    ) -> None:
        """Drawings get ids made of their source and id; drawings of an export keep theirs.

        Args:
            spool: takes them.
            key: the service's own, which hides the writers as it hides contributors.
            symbols: the set whose classes are the labels.
            licence: of the drawings; by default the one that a drawing names, or LICENCE.
            contributor: whose drawings they become, by default each writer's own.
            is_known: True if the store has, or had, a drawing of this id; asked for ids that are kept.
        """
        self._spool = spool
        self._key = key
        self._symbols = symbols
        self._licence = licence
        self._contributor = contributor
        self._is_known = is_known

    def import_file(self, path: Path, limit: int | None = None) -> Imported:
        """Imports the first `limit` drawings, or all, of a file that `collector.exchange.read_file` reads.

        Raises:
            DrawingError: the file is damaged.
            OSError: the file can't be read.
            SpoolFull: more than may wait for upload; import again when some are uploaded.
            StoreError: `is_known` could not read the store.
        """
        became: Counter[str] = Counter()
        drawings = _importable(path, self._symbols, limit)
        # Many at once, for the spool commits what comes together with one fsync.
        with ThreadPoolExecutor(AT_ONCE, "import") as pool:
            while batch := list(itertools.islice(drawings, 4 * AT_ONCE)):
                became.update(pool.map(self._take, batch))
        return Imported(became["accepted"], became["duplicate"], became["skipped"])

    def _take(self, recorded: RecordedDrawing | None) -> str:
        if recorded is None:
            return "skipped"
        if recorded.kept_id is not None and self._is_known(recorded.kept_id):
            return "duplicate"
        contribution = contribution_of(recorded, self._key, self._symbols)
        writer = self._contributor or contributor_id(self._key, contribution.contributor)
        terms = self._licence or recorded.licence or LICENCE
        try:
            acknowledged = self._spool.accept(contribution, writer, recorded.drawing.source, licence=terms)
        except WasDeleted:
            return "skipped"
        return "duplicate" if acknowledged.duplicate else "accepted"


def to_contribution(drawing: Drawing) -> Contribution:
    """The labelled drawing on the page's canvas, with samples at 10, 20 ... 100 % of its ink."""
    return _contribution(RecordedDrawing(drawing), _token(drawing))


def contribution_of(recorded: RecordedDrawing, key: bytes, symbols: SymbolSet = DIGITS) -> Contribution:
    """The drawing on its own canvas, or fitted onto the page's, by a writer whose use is the one that it had."""
    return _contribution(recorded, _token_with(recorded.drawing, recorded.use, key), symbols)


def _contribution(recorded: RecordedDrawing, token: str, symbols: SymbolSet = DIGITS) -> Contribution:
    drawing, frame = recorded.drawing, recorded.frame or PAGE
    if drawing.label is None:
        raise DrawingError(f"drawing {drawing.id!r:.80} has no label, expected 0 to 9")
    placed = drawing if recorded.frame is not None else to_canvas(drawing)
    cuts = (cut_at_ink(placed, ink).strokes for ink in INKS)
    stages = draw_stages(cuts, frame.width, frame.height, frame.pen_width)
    return Contribution(
        id=recorded.kept_id or str(uuid.uuid5(_NAMESPACE, f"{drawing.source}/{drawing.id}")),
        label=drawing.label,
        contributor=token,
        consent=CONSENT,
        width=frame.width,
        height=frame.height,
        pen_width=frame.pen_width,
        pointer=recorded.pointer,
        strokes=placed.strokes,
        samples=tuple(Sample(ink, encode_ink_png(canvas)) for ink, canvas in zip(INKS, stages, strict=True)),
        confirmed=recorded.confirmed,
        prompt_probability=recorded.prompt_probability,
        symbol_set=symbols.id,
        class_id="" if symbols.is_digits else symbols.classes[drawing.label].id,
    )


def to_canvas(drawing: Drawing) -> Drawing:
    """The drawing in the middle of the page's canvas.

    Raises:
        DrawingError: its numbers are too small or too large to be scaled.
    """
    fitted = fit_on_canvas(drawing, LONGER_SIDE, (CANVAS_SIDE / 2, CANVAS_SIDE / 2))
    check_points(fitted.strokes, CANVAS_SIDE, CANVAS_SIDE)
    return fitted


def _importable(path: Path, symbols: SymbolSet, limit: int | None) -> Iterator[RecordedDrawing | None]:
    """The file's drawings in order; None, and a line in the log, in place of one that can't be kept."""
    for number, found in enumerate(itertools.islice(read_file(path, symbols), limit), start=1):
        try:
            if isinstance(found, DrawingError):
                raise found
            if found.frame is None:
                to_canvas(found.drawing)
        except DrawingError as error:
            log.warning("%s, drawing %d of it, skipped: %s", path.name, number, error)
            yield None
        else:
            yield _with_source(found, path)


def _with_source(recorded: RecordedDrawing, path: Path) -> RecordedDrawing:
    """Names the file as the source of a foreign InkML drawing: files number their drawings alike."""
    if recorded.drawing.source or path.suffix != ".inkml":
        return recorded
    return replace(recorded, drawing=replace(recorded.drawing, source="inkml"))


def _token(drawing: Drawing, attempt: int = 0) -> str:
    """A token such as a browser would have made; the same for all of one writer's drawings."""
    name = f"{drawing.source}/{drawing.writer}" + (f"/{attempt}" if attempt else "")
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _token_with(drawing: Drawing, use: Use | None, key: bytes) -> str:
    """The first of the writer's tokens that gives this use: who validated models elsewhere must not train them here."""
    tokens = (_token(drawing, attempt) for attempt in range(USE_TRIES))
    if use is None:
        return next(tokens)
    return next((token for token in tokens if use_of(contributor_id(key, token)) == use), _token(drawing))
