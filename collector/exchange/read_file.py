"""Reads recorded drawings from a file of any known format, one at a time."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from collector.exchange.inkml_reader import InkmlDrawing, read_inkml
from collector.exchange.parquet import NoParquet, read_rows
from collector.exchange.recorded_drawing import RecordedDrawing, recorded_drawing
from collector.ink.drawing import DrawingError, Stroke, describe
from collector.symbols.symbol_set import SymbolSet

LINE_BYTES_MAX = 4 * 2**20  # of one drawing: 8,192 points with all their digits take 0.5 MB
CHUNK_BYTES = 64 * 1024
GZIP_MAGIC, PARQUET_MAGIC = b"\x1f\x8b", b"PAR1"
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")  # also of UTF-16, and behind a byte order mark

Outcome = RecordedDrawing | DrawingError


def read_file(path: Path, symbols: SymbolSet) -> Iterator[Outcome]:
    """The file's drawings in order, and an error in place of each that can't be read.

    The content tells the format: Parquet, InkML, or NDJSON; the latter two may be gzipped.

    Raises:
        DrawingError: the file is damaged, or InkML that is refused; drawings before that place were yielded.
        NoParquet: pyarrow is not installed.
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(PARQUET_MAGIC):
        yield from _parquet(path, symbols)
        return
    with gzip.open(path) if start.startswith(GZIP_MAGIC) else path.open("rb") as opened:
        chunks = _readable(path, iter(lambda: opened.read(CHUNK_BYTES), b""))
        first = next(chunks, b"")
        if first.lstrip().startswith(XML_STARTS):
            yield from _inkml(path, _with_first(first, chunks), symbols)
        else:
            yield from _lines(path, _with_first(first, chunks), symbols)


def _with_first(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _readable(path: Path, chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DrawingError(f"{path} is damaged: {error}") from error


def _read(read: Callable[[], RecordedDrawing]) -> Outcome:
    try:
        return read()
    except DrawingError as error:
        return error


def _lines(path: Path, chunks: Iterable[bytes], symbols: SymbolSet) -> Iterator[Outcome]:
    for line in _split(path, chunks):
        if line.strip():
            yield _read(lambda: recorded_drawing(_record_of(line), symbols))  # noqa: B023 - called at once


def _split(path: Path, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines; a line without end would be held in memory as a whole."""
    rest = b""
    for chunk in chunks:
        *lines, last = chunk.split(b"\n")
        if lines:
            yield rest + lines[0]
            yield from lines[1:]
            rest = last
        else:
            rest += last
        if len(rest) > LINE_BYTES_MAX:
            raise DrawingError(f"{path} has a line of more than {LINE_BYTES_MAX} bytes, expected a drawing a line")
    yield rest


def _record_of(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DrawingError(f"not a line of JSON: {error!s:.200}") from error
    if not isinstance(record, dict):
        raise DrawingError(f"{describe(record)}, expected an object with id, label and strokes")
    return record


def _parquet(path: Path, symbols: SymbolSet) -> Iterator[Outcome]:
    rows = read_rows(path)
    while True:
        try:
            row = next(rows, None)
        except (NoParquet, MemoryError):
            raise
        # Of damaged bytes, pyarrow raises exceptions of several unrelated types.
        except Exception as error:
            raise DrawingError(f"{path} is damaged: {str(error)[:200]}") from error
        if row is None:
            return
        yield _read(lambda: recorded_drawing(_record_of_row(row), symbols))  # noqa: B023 - called at once


def _record_of_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row as a record of NDJSON; columns that it lacks are missing there too."""
    record = {name: value for name, value in row.items() if name not in ("x", "y", "t") and value is not None}
    columns: list[Any] = [row[name] for name in ("x", "y", "t") if row.get(name) is not None]
    if len(columns) < 2 or any(not isinstance(column, list) for column in columns):
        raise DrawingError("a row without x and y, expected lists of strokes")
    if len({len(column) for column in columns}) > 1:
        raise DrawingError("x, y and t have different numbers of strokes")
    record["drawing"] = [list(stroke) for stroke in zip(*columns, strict=True)]
    return record


def _inkml(path: Path, chunks: Iterable[bytes], symbols: SymbolSet) -> Iterator[Outcome]:
    try:
        for number, drawing in enumerate(read_inkml(chunks)):
            yield _read(lambda: _recorded_inkml(path, number, drawing, symbols))  # noqa: B023 - called at once
    except DrawingError as error:
        raise DrawingError(f"{path}: {error}") from error


def _recorded_inkml(path: Path, number: int, found: InkmlDrawing, symbols: SymbolSet) -> RecordedDrawing:
    if found.error is not None:
        raise found.error
    notes = found.annotations
    record: dict[str, Any] = {name: text for name, text in notes.items() if text and name not in ("width", "height")}
    record.setdefault("key_id", f"{path.stem}-{number}")
    if "label" not in record and "truth" in record:
        record["label"] = record["truth"]
    if "label" in record and record["label"] not in symbols.places:
        record["word"] = record.pop("label")
    record["confirmed"] = notes.get("confirmed") == "true"
    if "prompt_probability" in record:
        record["prompt_probability"] = _number(record["prompt_probability"])
    for side in ("width", "height"):
        if notes.get(side, "").isascii() and notes.get(side, "").isdigit() and len(notes[side]) < 8:
            record[side] = int(notes[side])
    if found.pen_width is not None:
        record["pen_width"] = found.pen_width
    record["strokes"] = [_points(stroke) for stroke in found.strokes]
    record.pop("drawing", None)
    return recorded_drawing(record, symbols)


def _number(text: str) -> float | str:
    """The number, or the text that is none: the check of the field names it."""
    try:
        return float(text)
    except ValueError:
        return text


def _points(stroke: Stroke) -> list[list[float | None]]:
    return [[p.x, p.y, p.t_ms] for p in stroke.points]
