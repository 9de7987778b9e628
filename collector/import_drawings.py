"""Drawings from a file, into the spool as if their writers had drawn them on the page."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import logging
import uuid
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from collector.contribution.consent import LICENCE
from collector.contribution.contribution import POINTS_MAX, STROKES_MAX, Contribution, Sample
from collector.contribution.contributor import contributor_id
from collector.ink.drawing import Drawing, DrawingError, check_points, cut_at_ink, fit_on_canvas, parse_drawing
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH, draw_stages, encode_ink_png
from collector.spool.deletions import WasDeleted
from collector.spool.spool import Spool

log = logging.getLogger(__name__)

CONSENT = "import"  # in place of a version: the file's licence allows it, its writers were never asked by a page
LONGER_SIDE = 260.0  # px; people place a digit at 120 to 360 on the page's canvas
AT_ONCE = 16  # drawings that wait for the disk together
INKS = tuple(step / 10 for step in range(1, 11))

_NAMESPACE = uuid.UUID("3a5bd2f4-0f3e-4b53-9a6c-5f1b3c1d7e90")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's lines."""

    accepted: int
    duplicates: int
    skipped: int


def import_file(path: Path, spool: Spool, key: bytes, limit: int | None = None, licence: str = LICENCE) -> Imported:
    """Puts an NDJSON file (`.gz` or plain) of labelled drawings into the spool; a second time does no harm.

    Args:
        path: one drawing a line, as `collector.ink.drawing.parse_drawing` reads it.
        spool: takes them, with ids made of each line's source and id.
        key: the service's own, that hides the writers as it hides contributors.
        limit: how many lines are read, all without one.
        licence: what the file's drawings are under.

    Raises:
        DrawingError: the file is damaged.
        OSError: the file can't be read.
        SpoolFull: more than may wait for upload; import again when some are uploaded.
    """

    def take(drawing: Drawing | None) -> str:
        if drawing is None:
            return "skipped"
        try:
            acknowledged = spool.accept(
                to_contribution(drawing), _writer_of(drawing, key), drawing.source, licence=licence
            )
        except WasDeleted:
            return "skipped"
        return "duplicate" if acknowledged.duplicate else "accepted"

    became: Counter[str] = Counter()
    drawings = _labelled_drawings(path, limit)
    # Many at once, for the spool commits what comes together with one fsync.
    with ThreadPoolExecutor(AT_ONCE, "import") as pool:
        while batch := list(itertools.islice(drawings, 4 * AT_ONCE)):
            became.update(pool.map(take, batch))
    return Imported(became["accepted"], became["duplicate"], became["skipped"])


def to_contribution(drawing: Drawing) -> Contribution:
    """The labelled drawing on the page's canvas, with samples at 10, 20 ... 100 % of its ink."""
    if drawing.label is None:
        raise DrawingError(f"drawing {drawing.id!r:.80} has no label, expected 0 to 9")
    fitted = to_canvas(drawing)
    stages = draw_stages(cut_at_ink(fitted, ink).strokes for ink in INKS)
    return Contribution(
        id=str(uuid.uuid5(_NAMESPACE, f"{drawing.source}/{drawing.id}")),
        label=drawing.label,
        contributor=_token(drawing),
        consent=CONSENT,
        width=CANVAS_SIDE,
        height=CANVAS_SIDE,
        pen_width=PEN_WIDTH,
        pointer="unknown",
        strokes=fitted.strokes,
        samples=tuple(Sample(ink, encode_ink_png(canvas)) for ink, canvas in zip(INKS, stages, strict=True)),
    )


def to_canvas(drawing: Drawing) -> Drawing:
    """The drawing in the middle of the page's canvas.

    Raises:
        DrawingError: its numbers are too small or too large to be scaled.
    """
    fitted = fit_on_canvas(drawing, LONGER_SIDE, (CANVAS_SIDE / 2, CANVAS_SIDE / 2))
    check_points(fitted.strokes, CANVAS_SIDE, CANVAS_SIDE)
    return fitted


def _labelled_drawings(path: Path, limit: int | None) -> Iterator[Drawing | None]:
    """The file's drawings in order; None, and a line in the log, in place of one that can't be kept."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        lines = (line for line in _readable(path, file) if line.strip())
        for number, line in enumerate(itertools.islice(lines, limit), start=1):
            try:
                yield _labelled(line)
            except DrawingError as error:
                log.warning("%s, drawing %d of it, skipped: %s", path.name, number, error)
                yield None


def _readable(path: Path, file: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DrawingError(f"{path} is damaged: {error}") from error


def _labelled(line: bytes) -> Drawing:
    drawing = parse_drawing(line)
    if drawing.label is None or not drawing.id:
        raise DrawingError("a drawing without label or id, expected both")
    to_canvas(drawing)
    if len(drawing.strokes) > STROKES_MAX or drawing.points > POINTS_MAX:
        raise DrawingError(f"{len(drawing.strokes)} strokes of {drawing.points} points, too many to keep")
    return drawing


def _token(drawing: Drawing) -> str:
    """A token such as a browser would have made; the same for all of one writer's drawings."""
    return hashlib.sha256(f"{drawing.source}/{drawing.writer}".encode()).hexdigest()[:32]


def _writer_of(drawing: Drawing, key: bytes) -> str:
    return contributor_id(key, _token(drawing))
