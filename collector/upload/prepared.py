"""Prepares a pending drawing for the store: checks its row, and encodes its pictures anew from their pixels.

Nothing of a PNG but its pixels reaches the store: no text, EXIF, colour profile or bytes behind its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.contribution.layout import index_key, is_contributor
from collector.ink.canvas_png import read_canvas
from collector.ink.png import BadPng
from collector.ink.raster import encode_ink_png, encode_png
from collector.spool.pending_drawing import BadPendingDrawing, PendingDrawing
from collector.storage.stored_drawing import StoredDrawing, parse_stored_drawing


@dataclass(frozen=True, slots=True)
class PreparedDrawing:
    """The objects of one drawing: its JSON, each sample's key and PNG in order, and the key of its index entry."""

    document: bytes
    samples: tuple[tuple[str, bytes], ...]
    index: str | None  # None where the contributor's name is no hash


def prepare(pending: PendingDrawing) -> PreparedDrawing:
    """The drawing as the store keeps it; the same bytes each time.

    Raises:
        BadPendingDrawing: the row is damaged, or one of its PNGs can't be decoded.
        BadStoredDrawing: its JSON is not a stored drawing.
    """
    document, pngs = pending.unpack()
    stored = parse_stored_drawing(document)
    if stored.id != pending.id or len(stored.samples) != len(pngs):
        raise BadPendingDrawing(
            f"the row of {pending.id} holds drawing {stored.id} with {len(stored.samples)} samples and {len(pngs)} PNGs"
        )
    encoded = [_encode_anew(step, png) for step, png in enumerate(pngs)]
    keys = [sample.key for sample in stored.samples]
    index = index_key(stored.contributor, stored.id) if is_contributor(stored.contributor) else None
    return PreparedDrawing(_with_hashes(stored, encoded).to_json(), tuple(zip(keys, encoded, strict=True)), index)


def _encode_anew(step: int, png: bytes) -> bytes:
    try:
        canvas = read_canvas(png)
    except BadPng as error:
        raise BadPendingDrawing(f"sample {step}: {error}") from error
    # Pictures of imported drawings have two levels alone: an eighth of the bits, and far quicker.
    return encode_ink_png(canvas) if ((canvas == 0) | (canvas == 255)).all() else encode_png(canvas)


def _with_hashes(stored: StoredDrawing, pngs: Sequence[bytes]) -> StoredDrawing:
    hashes = [hashlib.sha256(png).hexdigest() for png in pngs]
    samples = (replace(sample, sha256=sha256) for sample, sha256 in zip(stored.samples, hashes, strict=True))
    return replace(stored, samples=tuple(samples))
