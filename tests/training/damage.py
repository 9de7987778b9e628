"""Ways in which objects of a store can be damaged, by name; each is applied to one drawing's objects or one shard."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.contribution.layout import drawing_key, sample_key
from collector.ink.raster import encode_png
from collector.storage.object_store import ObjectStore

Damage = Callable[[bytes], bytes]

OTHER = "00000000-0000-4000-8000-000000000000"


def _text(old: str, new: str) -> Damage:
    """Replaces a part of the JSON, so that values are possible that `json.dumps` would not write."""

    def damage(body: bytes) -> bytes:
        assert old.encode() in body
        return body.replace(old.encode(), new.encode(), 1)

    return damage


def _field(**values: Any) -> Damage:
    return lambda body: json.dumps(json.loads(body) | values).encode()


def _without(name: str) -> Damage:
    return lambda body: json.dumps({key: value for key, value in json.loads(body).items() if key != name}).encode()


def _raw(name: str, text: str) -> Damage:
    """The field with this JSON text as its value."""
    return lambda body: _text('"@"', text)(_field(**{name: "@"})(body))


# Each of these keeps the whole drawing out of training.
DRAWINGS: dict[str, Damage] = {
    "truncated": lambda body: body[: len(body) // 2],
    "empty": lambda _: b"",
    "not JSON": lambda _: b"what is this?",
    "bytes flipped": lambda body: bytes(byte ^ 0xFF for byte in body[:40]) + body[40:],
    "not UTF-8": lambda body: body.replace(b"page", b"pa\xff\xfe"),
    "null": lambda _: b"null",
    "a list": lambda _: b"[1, 2]",
    "a number": lambda _: b"1e999",
    "deeply nested": lambda _: b"[" * 100_000,
    "far too long": lambda body: body + b" " * (9 * 2**20),
    "another format": _field(format=2),
    "no format": _without("format"),
    "another drawing's id": _field(drawing=OTHER),
    "an id that leads elsewhere": _field(drawing="../../models/path/champion"),
    "no label": _without("label"),
    "label null": _field(label=None),
    "label as text": _field(label="seven"),
    "label 3.5": _field(label=3.5),
    "label 12": _field(label=12),
    "another label": lambda body: _field(label=(json.loads(body)["label"] + 1) % 10)(body),
    "label -1": _field(label=-1),
    "label 1e999": _raw("label", "1e999"),
    "label of 400 digits": _raw("label", "9" * 400),
    "label NaN": _raw("label", "NaN"),
    "pen width NaN": _raw("pen_width", "NaN"),
    "pen width infinite": _raw("pen_width", "Infinity"),
    "pen width negative": _field(pen_width=-3),
    "pen width 0": _field(pen_width=0),
    "pen width 1e300": _field(pen_width=1e300),
    "pen width as text": _field(pen_width="wide"),
    "width 0": _field(width=0),
    "width 1e9": _field(width=10**9),
    "height 1e999": _raw("height", "1e999"),
    "contributor with a lone surrogate": _raw("contributor", '"\\ud800"'),
    "contributor of 10,000 characters": _field(contributor="x" * 10_000),
    "source with a lone surrogate": _raw("source", '"page\\udfff"'),
    "unknown use": _field(use="fun"),
    "use is a list": _field(use=["training"]),
    "received_at is a number": _field(received_at=5),
    "strokes null": _field(strokes=None),
    "no strokes": _field(strokes=[]),
    "an empty stroke": _field(strokes=[[]]),
    "a point of one number": _field(strokes=[[[1]]]),
    "a point NaN": _raw("strokes", "[[[NaN, 1, 0]]]"),
    "a point 1e308": _field(strokes=[[[1e308, -1e308, 0], [1, 1, 1]]]),
    "a point of 400 digits": _raw("strokes", f"[[[{'9' * 400}, 1, 0]]]"),
    "samples null": _field(samples=None),
    "samples of numbers": _field(samples=[1]),
    "sample step 1e999": _text('"step":0', '"step":1e999'),
    "sample without ink": _text('"ink":0.125,', ""),
    "negative ink": _text('"ink":0.125', '"ink":-0.5'),
    "ink 0": _text('"ink":0.125', '"ink":0'),
    "ink NaN": _text('"ink":0.125', '"ink":NaN'),
    "ink 1e999": _text('"ink":0.125', '"ink":1e999'),
    "ink 2": _text('"ink":0.125', '"ink":2'),
    "a sample's key that leads elsewhere": _text('"key":"samples/v1', '"key":"../samples/v1'),
    "a sample's key of another object": _text('"key":"samples/v1', '"key":"models/v1'),
    "a sample's key with a lone surrogate": _text('"key":"samples/v1', '"key":"\\ud800'),
}

# Each of these keeps one sample out of training; the drawing's strokes still train.
SAMPLES: dict[str, Damage] = {
    "empty PNG": lambda _: b"",
    "truncated PNG": lambda png: png[: len(png) // 2],
    "not a PNG": lambda _: b"GIF89a no more",
    "flipped bytes in the PNG": lambda png: png[:60] + bytes(byte ^ 0x55 for byte in png[60:90]) + png[90:],
    "pixels that don't inflate": lambda png: png[:33] + chunk(b"IDAT", b"\x00" * 50) + png[-12:],
    "a header of 60,000 px": lambda png: png[:8] + _huge_header(png) + png[33:],
    "another size": lambda _: _small_png(),
}  # fmt: skip


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _huge_header(png: bytes) -> bytes:
    return chunk(b"IHDR", (60_000).to_bytes(4, "big") * 2 + png[24:29])


def _small_png() -> bytes:
    import numpy as np

    canvas = np.full((40, 40), 255, np.uint8)
    canvas[10:30, 18:22] = 0
    return encode_png(canvas)


def damage_drawing(store: ObjectStore, drawing: str, damage: Damage) -> None:
    store.put(drawing_key(drawing), damage(store.get(drawing_key(drawing))))


def damage_sample(store: ObjectStore, drawing: str, damage: Damage) -> None:
    label = json.loads(store.get(drawing_key(drawing)))["label"]
    key = sample_key(label, drawing, 0)
    store.put(key, damage(store.get(key)))


def _table(body: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(body))


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue().to_pybytes())


def _cell(column: str, value: Any) -> Damage:
    """Sets the first row's cell; the schema stays but for nulls."""

    def damage(body: bytes) -> bytes:
        table = _table(body)
        values = [value, *table.column(column).to_pylist()[1:]]
        array = pa.array(values, table.schema.field(column).type)
        return _bytes(table.set_column(table.schema.get_field_index(column), column, array))

    return damage


def _flipped(body: bytes) -> bytes:
    """Bytes inside of the first column's data; the footer stays."""
    return body[:8] + bytes(byte ^ 0xFF for byte in body[8:200]) + body[200:]


# Each of these keeps a whole shard, or its only group, out of training.
SHARDS: dict[str, Damage] = {
    "empty": lambda _: b"",
    "not Parquet": lambda _: b"PAR2 and so on",
    "truncated": lambda body: body[: len(body) // 2],
    "without its last byte": lambda body: body[:-1],
    "bytes flipped in a column": _flipped,
    "bytes flipped in the footer": lambda body: body[:-80] + bytes(byte ^ 0xFF for byte in body[-80:-8]) + body[-8:],
    "a column missing": lambda body: _bytes(_table(body).drop_columns(["pen_width"])),
    "a column of another type": lambda body: _bytes(_with_text_labels(_table(body))),
    "no column that is known": lambda _: _bytes(pa.table({"a": [1]})),
}


def _with_text_labels(table: pa.Table) -> pa.Table:
    labels = pa.array([str(label) for label in table.column("label").to_pylist()])
    return table.set_column(table.schema.get_field_index("label"), "label", labels)


# Each of these keeps one row out of training.
ROWS: dict[str, Damage] = {
    "label 200": _cell("label", 200),
    "label null": _cell("label", None),
    "a number of another shard": _cell("number", 5_000),
    "contributor null": _cell("contributor", None),
    "source null": _cell("source", None),
    "width 0": _cell("width", 0),
    "pen width NaN": _cell("pen_width", float("nan")),
    "pen width negative": _cell("pen_width", -1.0),
    "no strokes": _cell("x", []),
    "strokes null": _cell("x", None),
    "a stroke that lacks its y": _cell("y", [[1.0]]),
    "a point NaN": _cell("x", [[float("nan")] * 3]),
    "negative ink": _cell("ink", [-0.5] * 8),
    "ink NaN": _cell("ink", [float("nan")] * 8),
    "fewer pictures than inks": _cell("ink20", []),
    "pictures null": _cell("canvas20", [None] * 8),
}
