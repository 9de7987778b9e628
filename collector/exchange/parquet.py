"""Exported drawings as rows of a Parquet table. pyarrow is loaded when a file is written or read, never with this file.

`COLUMNS` documents the table; `docs/exchange.md` repeats it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from collector.exchange.exported_drawing import ExportedDrawing
from collector.symbols.symbol_set import SymbolSet

GROUP_ROWS = 1024  # drawings in memory while writing, some 10 MB

# Name, type (`[]` is a list, `?` may be null), description.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("key_id", "string", "the drawing's id, a UUID"),
    ("set", "string", "id of the symbol set"),
    ("label", "string", "id of the class; for digits 0 to 9"),
    ("word", "string", "name of the class"),
    ("split", "string", "train or validation; all drawings of a contributor are in one split"),
    ("contributor", "string", "pseudonym of who drew it"),
    ("received_at", "timestamp[ms, UTC]", "when the service received it"),
    ("verdict", "string", "accepted, or filtered: the label filter finds the label nearly impossible"),
    ("confirmed", "bool", "asked whether the label is right, the contributor said yes"),
    ("prompt_probability", "float64?", "with which the page asked for this label; null where it did not say"),
    ("pointer", "string", "pen, mouse, touch or unknown"),
    ("width", "uint16", "of the canvas, px"),
    ("height", "uint16", "of the canvas, px"),
    ("pen_width", "float64", "px"),
    ("source", "string", "page, or the data set that it was imported from"),
    ("licence", "string", "licence that the drawing is under"),
    ("consent", "string", "version of the terms that the contributor agreed to; import where none were shown"),
    ("x", "float64[][]", "points by stroke, px from the left edge"),
    ("y", "float64[][]", "points by stroke, px from the upper edge, downwards"),
    ("t", "float64[][]", "points by stroke, ms since the drawing's start; null where unknown"),
)


class NoParquet(RuntimeError):
    """pyarrow is not installed."""


class ParquetWriter:
    """Writes drawings to a file; holds GROUP_ROWS of them in memory."""

    def __init__(self, file: IO[bytes], symbols: SymbolSet) -> None:
        """Raises:
        NoParquet: pyarrow is not installed.
        """
        pa, pq = load_pyarrow()
        self._pa = pa
        self._schema = _schema(pa)
        self._symbols = symbols
        self._rows: list[dict[str, Any]] = []
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd", store_schema=False)

    def __enter__(self) -> ParquetWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(Exception) if kind is not None else contextlib.nullcontext():
            self._flush()
            self._writer.close()

    def add(self, drawing: ExportedDrawing) -> None:
        self._rows.append(_row(drawing, self._symbols))
        if len(self._rows) == GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._pa.Table.from_pylist(self._rows, self._schema))
            self._rows = []


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The file's rows with those of COLUMNS that it has.

    Raises:
        NoParquet: pyarrow is not installed.
        Exception: of damaged bytes, pyarrow raises exceptions of several unrelated types.
    """
    _, pq = load_pyarrow()
    with pq.ParquetFile(path) as file:
        names = [name for name, _, _ in COLUMNS if name in file.schema_arrow.names]
        for batch in file.iter_batches(64, columns=names, use_threads=False):
            yield from batch.to_pylist()


def filter_rows(path: Path, file: IO[bytes], left_out: Collection[str]) -> int:
    """Copies a file of `ParquetWriter` without the drawings of these ids; returns how many are left.

    Raises:
        NoParquet: pyarrow is not installed.
    """
    pa, pq = load_pyarrow()
    kept = 0
    with pq.ParquetFile(path) as source:
        schema = source.schema_arrow
        with pq.ParquetWriter(file, schema, compression="zstd", store_schema=False) as writer:
            for batch in source.iter_batches(GROUP_ROWS, use_threads=False):
                mask = [each not in left_out for each in batch.column("key_id").to_pylist()]
                rows = batch.filter(pa.array(mask, pa.bool_()))
                kept += rows.num_rows
                if rows.num_rows:
                    writer.write_table(pa.Table.from_batches([rows], schema))
    return kept


def load_pyarrow() -> tuple[Any, Any]:
    """`pyarrow` and `pyarrow.parquet`.

    Raises:
        NoParquet: they are not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - half a second, and the service runs without it
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise NoParquet("Parquet needs pyarrow, of Midstroke's extra `train`; or use another format") from error
    return pa, pq


def _schema(pa: Any) -> Any:
    types = {
        "string": pa.string(),
        "bool": pa.bool_(),
        "uint16": pa.uint16(),
        "float64": pa.float64(),
        "float64?": pa.float64(),
        "timestamp[ms, UTC]": pa.timestamp("ms", tz="UTC"),
        "float64[][]": pa.list_(pa.list_(pa.float64())),
    }
    fields = [
        pa.field(name, types[kind], nullable=kind.endswith("?"), metadata={"description": description})
        for name, kind, description in COLUMNS
    ]
    return pa.schema(fields)


def _row(drawing: ExportedDrawing, symbols: SymbolSet) -> dict[str, Any]:
    times = [[p.t_ms for p in stroke.points] for stroke in drawing.strokes]
    return {
        "key_id": drawing.id,
        "set": symbols.id,
        "label": drawing.label,
        "word": symbols.classes[symbols.places[drawing.label]].name,
        "split": drawing.split,
        "contributor": drawing.contributor,
        "received_at": drawing.received_at,
        "verdict": drawing.verdict,
        "confirmed": drawing.confirmed,
        "prompt_probability": drawing.prompt_probability,
        "pointer": drawing.pointer,
        "width": drawing.width,
        "height": drawing.height,
        "pen_width": drawing.pen_width,
        "source": drawing.source,
        "licence": drawing.licence,
        "consent": drawing.consent,
        "x": [[p.x for p in stroke.points] for stroke in drawing.strokes],
        "y": [[p.y for p in stroke.points] for stroke in drawing.strokes],
        "t": times,
    }
