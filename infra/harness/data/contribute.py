"""Puts drawings into a store as the uploader does, so that the trainer finds them there."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.contribution.consent import LICENCE
from collector.contribution.contribution import Contribution, Sample
from collector.contribution.contributor import Use, use_of
from collector.contribution.layout import arrival_key, drawing_key, index_key, is_contributor
from collector.ink.drawing import cut_at_ink
from collector.ink.raster import draw_stages, encode_ink_png
from collector.storage.object_store import ObjectStore
from collector.storage.stored_drawing import to_stored
from infra.harness.data.drawings import as_drawing
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing

Encode = Callable[[NDArray[np.uint8]], bytes]  # a canvas (height, width), ink 0 and paper 255, as PNG

NAMESPACE = uuid.UUID("1f0a5d0e-8a1c-4b7e-9f63-5f0c2f6f5f11")


def name_for(use: Use, writer: str) -> str:
    """A hash for the writer that `use_of` assigns to this use, whichever use their own name would get."""
    hashes = (hashlib.sha256(f"{writer}-{i}".encode()).hexdigest()[:32] for i in range(10_000))
    return next(contributor for contributor in hashes if use_of(contributor) == use)


def contribute(
    store: ObjectStore,
    drawings: Sequence[LabelledDrawing],
    start: datetime,
    contributor: str | None = None,
    encode: Encode = encode_ink_png,
    samples: bool = True,
) -> None:
    """Puts one a second, each by its own contributor unless one is given.

    Only training drawings get samples: validation drawings are cut from their strokes. Without `samples` none get any.
    """
    for number, drawing in enumerate(drawings):
        _put(store, drawing, contributor or drawing.contributor, start + timedelta(seconds=number), encode, samples)


def encode_rgba_png(canvas: NDArray[np.uint8]) -> bytes:
    """A grayscale canvas as the PNG that a browser makes of its own canvas: four channels of 8 bits."""
    out = io.BytesIO()
    Image.fromarray(canvas).convert("RGBA").save(out, format="PNG")
    return out.getvalue()


def _put(
    store: ObjectStore, drawing: LabelledDrawing, contributor: str, when: datetime, encode: Encode, samples: bool
) -> None:
    contribution = _contribution(drawing, samples and use_of(contributor) == "training", encode)
    stored = to_stored(contribution, contributor, drawing.source, when, LICENCE)
    for entry, sample in zip(stored.samples, contribution.samples, strict=True):
        store.put(entry.key, sample.png)
    store.put(drawing_key(stored.id), stored.to_json())
    if is_contributor(contributor):
        store.put(index_key(contributor, stored.id), b"")
    store.put(arrival_key(when, stored.id), b"")


def _contribution(drawing: LabelledDrawing, with_samples: bool, encode: Encode) -> Contribution:
    whole, canvas = as_drawing(drawing), drawing.canvas
    inks = EVALUATION_STAGES if with_samples else ()
    stages = draw_stages(
        (cut_at_ink(whole, ink).strokes for ink in inks), canvas.width, canvas.height, canvas.pen_width
    )
    return Contribution(
        id=str(uuid.uuid5(NAMESPACE, f"{drawing.source}/{drawing.id}")),
        label=drawing.label,
        contributor=drawing.contributor,
        consent="import",
        width=canvas.width,
        height=canvas.height,
        pen_width=canvas.pen_width,
        pointer="unknown",
        strokes=whole.strokes,
        samples=tuple(Sample(ink, encode(picture)) for ink, picture in zip(inks, stages, strict=True)),
    )
