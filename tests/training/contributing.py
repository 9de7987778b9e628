"""Contributions put into a store as the uploader puts them, and small things that training tests share."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from collector.contribution.contribution import Contribution, Sample
from collector.contribution.contributor import use_of
from collector.contribution.layout import arrival_key, drawing_key
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.raster import draw_strokes, encode_png
from collector.storage.object_store import ObjectStore
from collector.storage.stored_drawing import to_stored
from training.data.dataset import LabelledDrawing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STEPS = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)


def contributor_for(use: str, number: int = 0) -> str:
    """A contributor's hash that is used for this."""
    hashes = (hashlib.sha256(f"{use}{number}-{i}".encode()).hexdigest()[:32] for i in range(1000))
    return next(contributor for contributor in hashes if use_of(contributor) == use)


def contribute(
    store: ObjectStore,
    drawing: LabelledDrawing,
    use: str = "training",
    when: datetime = NOON,
    known_as: str | None = None,
    finished: bool = True,
    **changes: Any,
) -> str:
    """Samples, the drawing, its arrival, in that order; the drawing's new id."""
    drawing_id = known_as or str(uuid.uuid4())
    strokes = tuple(Stroke(tuple(Point(float(x), float(y), None) for x, y in line)) for line in drawing.lines)
    width = drawing.canvas.pen_width
    pngs = _pngs(strokes, width)
    contribution = Contribution(
        id=drawing_id, label=changes.get("label", drawing.label), contributor="a-token-not-kept", consent="2026-11-1",
        width=500, height=500, pen_width=width, pointer="pen", strokes=strokes,
        samples=tuple(Sample(ink, png) for ink, png in zip(STEPS, pngs, strict=True)),
    )  # fmt: skip
    stored = to_stored(contribution, changes.get("contributor", contributor_for(use)), "page", when)
    for sample, png in zip(stored.samples, pngs, strict=True):
        store.put(sample.key, changes.get("png", png))
    if finished:
        store.put(drawing_key(drawing_id), stored.to_json())
    store.put(arrival_key(when, drawing_id), b"")
    return drawing_id


@cache  # the same few drawings are contributed by most tests
def _pngs(strokes: tuple[Stroke, ...], pen_width: float) -> tuple[bytes, ...]:
    whole = Drawing("", strokes)
    return tuple(encode_png(draw_strokes(cut_at_ink(whole, ink).strokes, pen_width=pen_width)) for ink in STEPS)


def contribute_all(store: ObjectStore, drawings: Sequence[LabelledDrawing], **changes: Any) -> list[str]:
    """One a second."""
    start = changes.pop("when", NOON)
    return [
        contribute(store, drawing, when=start + timedelta(seconds=n), **changes) for n, drawing in enumerate(drawings)
    ]
