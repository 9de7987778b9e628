"""The Parquet schema of a shard, and conversion of drawings to rows and back. No storage."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collector.ink.snapshot import CANVAS20_BYTES, INK20_BYTES, pack_ink20, unpack_canvas20, unpack_ink20
from training.data.dataset import LabelledDrawing, Picture
from training.data.stages import Canvas, Line

GROUP_DRAWINGS = 128  # about 1 MB: read as a whole when drawings are sampled
WITHDRAWN = b"withdrawn"  # key of the file's metadata: number of deleted training drawings
STROKES = ("x", "y")
SAMPLES = ("ink", "ink20", "canvas20")

# One row a drawing. Samples are kept as frame payloads (docs/snapshot.md) in both picture encodings.
SCHEMA = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("drawing", pa.binary(16), nullable=False),  # the UUID's bytes
        pa.field("label", pa.uint8(), nullable=False),
        pa.field("contributor", pa.string(), nullable=False),
        pa.field("judging", pa.bool_(), nullable=False),  # use == "validation"
        pa.field("source", pa.string(), nullable=False),
        pa.field("width", pa.uint16(), nullable=False),
        pa.field("height", pa.uint16(), nullable=False),
        pa.field("pen_width", pa.float64(), nullable=False),
        pa.field("x", pa.list_(pa.list_(pa.float64())), nullable=False),  # by stroke
        pa.field("y", pa.list_(pa.list_(pa.float64())), nullable=False),
        pa.field("ink", pa.list_(pa.float64()), nullable=False),  # by sample, as the next two
        pa.field("ink20", pa.list_(pa.binary(INK20_BYTES)), nullable=False),
        pa.field("canvas20", pa.list_(pa.binary(CANVAS20_BYTES)), nullable=False),
    ]
)


def to_table(drawings: Sequence[LabelledDrawing], first: int) -> pa.Table:
    """The drawings as rows, numbered from `first`."""
    rows = [_row(drawing, number) for number, drawing in enumerate(drawings, start=first)]
    return pa.Table.from_pylist(rows, SCHEMA)


def _row(drawing: LabelledDrawing, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "drawing": uuid.UUID(drawing.id).bytes,
        "label": drawing.label,
        "contributor": drawing.contributor,
        "judging": drawing.use == "validation",
        "source": drawing.source,
        "width": drawing.canvas.width,
        "height": drawing.canvas.height,
        "pen_width": drawing.canvas.pen_width,
        "x": [line[:, 0] for line in drawing.lines],
        "y": [line[:, 1] for line in drawing.lines],
        "ink": [picture.ink for picture in drawing.pictures],
        "ink20": [pack_ink20(picture.ink20) for picture in drawing.pictures],
        "canvas20": [picture.canvas20.tobytes() for picture in drawing.pictures],
    }


def from_table(table: pa.Table) -> list[LabelledDrawing]:
    """The rows as drawings; without samples where the table lacks the columns of SAMPLES."""
    columns = {name: table.column(name).to_pylist() for name in table.column_names if name not in (*STROKES, *SAMPLES)}
    pictures = _pictures(table) if "ink" in table.column_names else iter([()] * table.num_rows)
    return [
        LabelledDrawing(
            id=str(uuid.UUID(bytes=columns["drawing"][row])),
            lines=lines,
            label=columns["label"][row],
            contributor=columns["contributor"][row],
            use="validation" if columns["judging"][row] else "training",
            source=columns["source"][row],
            canvas=Canvas(columns["width"][row], columns["height"][row], columns["pen_width"][row]),
            pictures=own,
        )
        for row, (lines, own) in enumerate(zip(_lines(table), pictures, strict=True))
    ]


def ids_of(table: pa.Table) -> NDArray[np.bytes_]:
    """The 16 bytes of each drawing's id; only for comparison, since numpy drops trailing zeros."""
    column = table.column("drawing").combine_chunks()
    if not len(column):
        return np.empty(0, "S16")
    return np.frombuffer(column.buffers()[1], "S16", len(column), 16 * column.offset)


def numbered(table: pa.Table, first: int) -> pa.Table:
    """The rows renumbered from `first`."""
    numbers = pa.array(np.arange(first, first + table.num_rows))
    return table.set_column(SCHEMA.get_field_index("number"), SCHEMA.field("number"), numbers)


def _lines(table: pa.Table) -> Iterator[tuple[Line, ...]]:
    """Each drawing's strokes as arrays (points, 2), unnested for all rows at once."""
    strokes, runs_x = _unnested(table.column("x"))
    strokes_y, runs_y = _unnested(table.column("y"))
    ends, xs = _unnested_array(runs_x)
    ends_y, ys = _unnested_array(runs_y)
    if not (np.array_equal(strokes, strokes_y) and np.array_equal(ends, ends_y)):
        raise ValueError("x and y have different numbers of strokes or points")
    points = np.stack([xs.to_numpy(zero_copy_only=False), ys.to_numpy(zero_copy_only=False)], axis=1)
    for first, last in pairwise(strokes):
        yield tuple(points[ends[stroke] : ends[stroke + 1]] for stroke in range(first, last))


def _pictures(table: pa.Table) -> Iterator[tuple[Picture, ...]]:
    bounds, ink = _unnested(table.column("ink"))
    fractions = ink.to_pylist()
    payloads = [_unnested(table.column(name)) for name in ("ink20", "canvas20")]
    if not all(np.array_equal(bounds, others) for others, _ in payloads):
        raise ValueError("ink, ink20 and canvas20 have different numbers of samples")
    ink20, canvas20 = (values.to_pylist() for _, values in payloads)
    for first, last in pairwise(bounds):
        yield tuple(
            Picture(fractions[row], unpack_ink20(ink20[row]), unpack_canvas20(canvas20[row]))
            for row in range(first, last)
        )


def _unnested(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    return _unnested_array(column.combine_chunks())


def _unnested_array(lists: pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    """The offsets of the lists, from 0, and their flattened values."""
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0], lists.flatten()
