"""Reads drawings of digits and of symbols from NDJSON files, gzipped or not; first models are trained on them."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from collector.contribution.contributor import use_of
from collector.ink.drawing import Drawing, DrawingError, parse_drawing
from training.data.augmentation.placing import pen_width, place
from training.data.dataset import LOOK_ALIKE, NO_DIGIT, LabelledDrawing, rng_of
from training.data.stages import Canvas, lines_of

GZIP_MAGIC = b"\x1f\x8b"
# Letters and signs that nobody takes for a digit. Of others (O, l, S, Z, b, q, ...) no doubt is learnt: who writes
# them writes what could be a digit.
UNLIKE_DIGITS = frozenset("#%*@+=:;<>[]^{}~AEFHKMNPRWXadefhikmnpwx")


def read_drawings(path: Path) -> Iterator[LabelledDrawing]:
    """The file's labelled drawings, each placed on a canvas of 500x500 px; skips lines without a label.

    Units differ by source, so size, place and pen are random, seeded by the drawing's id.

    Raises:
        DrawingError: a line is not a drawing.
        OSError: the file can't be read.
    """
    for _, drawing in _drawings(path):
        if drawing.label is not None:
            yield _labelled(drawing, drawing.label)


def read_symbols(path: Path) -> Iterator[tuple[str, LabelledDrawing]]:
    """The file's drawings that have a `symbol` and no label: the symbol, and the drawing labelled `NO_DIGIT`, or
    `LOOK_ALIKE` where the symbol is none of `UNLIKE_DIGITS`.

    Raises:
        DrawingError: a line is not a drawing.
        OSError: the file can't be read.
    """
    for line, drawing in _drawings(path):
        symbol = json.loads(line).get("symbol")
        if drawing.label is None and isinstance(symbol, str):
            label = NO_DIGIT if symbol in UNLIKE_DIGITS else LOOK_ALIKE
            yield symbol, replace(_labelled(drawing, label), symbol=symbol)


def _drawings(path: Path) -> Iterator[tuple[bytes, Drawing]]:
    opened = gzip.open if _is_gzipped(path) else open
    with opened(path, "rb") as file:
        for line in _readable(path, file):
            if not line.strip():
                continue
            try:
                yield line, parse_drawing(line)
            except DrawingError as error:
                raise DrawingError(f"{path}: {error}") from error


def _readable(path: Path, file: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DrawingError(f"{path} is damaged: {error}") from error


def _is_gzipped(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def _labelled(drawing: Drawing, label: int) -> LabelledDrawing:
    rng = rng_of(f"{drawing.source}/{drawing.id}")
    lines = place(lines_of(drawing.strokes), rng)
    contributor = contributor_of(drawing)
    return LabelledDrawing(
        id=drawing.id,
        lines=tuple(np.round(line, 2) for line in lines),
        label=label,
        contributor=contributor,
        use=use_of(contributor),
        source=drawing.source,
        canvas=Canvas(pen_width=pen_width(rng)),
    )


def contributor_of(drawing: Drawing) -> str:
    """32 hex digits for a file's writer, like a visitor's; a drawing without a writer counts as its own writer."""
    name = f"{drawing.source}/{drawing.writer or drawing.id}"
    return hashlib.sha256(name.encode()).hexdigest()[:32]
