"""Malformed messages, each with its error in `docs/protocol.md`. Sends nothing."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collector.ink.png import SIGNATURE
from collector.ink.snapshot import CANVAS20_BYTES, INK20_BYTES

HEADER = struct.Struct("<BBHIII")
INK20, CANVAS20, PNG, PATH48 = 1, 2, 3, 4
PATH48_BYTES = 202


@dataclass(frozen=True, slots=True)
class Malformed:
    """`code` is that of the `error` that answers it; of `bad_contribution`, that of the `refused`."""

    name: str
    make: Callable[[random.Random], bytes | str]
    code: str


def frame(encoding: int, payload: bytes, version: int = 1, flags: int = 0) -> bytes:
    return HEADER.pack(version, encoding, flags, 1, 2, 3) + payload


def text(kind: str | None = None, **fields: Any) -> Callable[[random.Random], str]:
    record = fields if kind is None else {"type": kind, **fields}
    return lambda _: json.dumps(record)


def literal(message: bytes | str) -> Callable[[random.Random], bytes | str]:
    return lambda _: message


def strokes(**changes: Any) -> Callable[[random.Random], str]:
    whole = {"drawing": 1, "seq": 5, "width": 500, "height": 500, "strokes": [[[1, 2], [3, 4]]]}
    return text("strokes", **{**whole, **changes})


def _length_off(rng: random.Random) -> bytes:
    encoding, wanted = rng.choice([(INK20, INK20_BYTES), (CANVAS20, CANVAS20_BYTES), (PATH48, PATH48_BYTES)])
    return frame(encoding, rng.randbytes(max(0, wanted + rng.choice([-wanted, -1, 1, rng.randrange(2, 2000)]))))


def _deep(rng: random.Random) -> str:
    depth = rng.choice([2_000, 20_000, 400_000])
    return rng.choice(['{"type":', '{"a":', "["]) + "[" * depth


def _damaged_json(rng: random.Random) -> str:
    whole = json.dumps({"type": "ping", "t": rng.random()})
    return whole[: rng.randrange(len(whole))]


def _bad_number(rng: random.Random) -> str:
    return rng.choice(
        [
            '{"type":"ping","t":NaN}',
            '{"type":"ping","t":-Infinity}',
            '{"type":"ping","t":1e999}',
            '{"type":"ping","t":' + "9" * 400 + "}",
            '{"type":"ping","t":' + "9" * 100_000 + "}",
        ]
    )


def _bad_ink20(rng: random.Random) -> bytes:
    places = [(0, 500, 0, 0, 1, 1), (500, 500, 9, 9, 501, 10), (500, 500, 9, 9, 3, 10), (65535,) * 6]
    return frame(INK20, struct.pack("<6H", *rng.choice(places)) + rng.randbytes(400))


MALFORMED = (
    Malformed("JSON in a binary message", literal(b'{"type": "hello"}'), "bad_frame"),
    Malformed("a contribution in a binary message", lambda _: b'{"type": "contribution", "id": 1}', "bad_frame"),
    Malformed("a frame in a text message", literal(frame(INK20, bytes(412)).decode("latin-1")), "bad_json"),
    Malformed("PNG bytes in a text message", literal("\x89PNG\r\n\x1a\n"), "bad_json"),
    Malformed("random bytes", lambda rng: b"\xfe" + rng.randbytes(rng.randrange(600)), "bad_frame"),
    Malformed("empty binary message", literal(b""), "bad_frame"),
    Malformed("empty text message", literal(""), "bad_json"),
    Malformed("header cut short", lambda rng: frame(INK20, b"")[: rng.randrange(1, 16)], "bad_frame"),
    Malformed("wrong version", lambda rng: frame(INK20, bytes(412), rng.choice([0, 2, 255])), "bad_frame"),
    Malformed("unknown encoding", lambda rng: frame(rng.choice([0, 6, 255]), bytes(412)), "bad_frame"),
    Malformed("reserved flags set", lambda rng: frame(INK20, bytes(412), flags=1 << rng.randrange(16)), "bad_frame"),
    Malformed("payload too short or too long", _length_off, "bad_frame"),
    Malformed("ink20 whose box is off its canvas", _bad_ink20, "bad_snapshot"),
    Malformed("path48 of random bytes", lambda rng: frame(PATH48, b"\xff" * 4 + rng.randbytes(198)), "bad_snapshot"),
    Malformed("png frame that holds none", lambda rng: frame(PNG, rng.randbytes(rng.randrange(300))), "bad_snapshot"),
    Malformed("PNG signature and noise", lambda rng: SIGNATURE + rng.randbytes(rng.randrange(300)), "bad_snapshot"),
    Malformed("JSON that breaks off", _damaged_json, "bad_json"),
    Malformed("JSON of another kind", lambda rng: rng.choice(["[]", "1", '"hello"', "null", "true"]), "bad_json"),
    Malformed("JSON nested without end", _deep, "bad_json"),
    Malformed("JSON nested deeply, and closed", lambda _: '{"type":' + "[" * 900 + "]" * 900 + "}", "unknown_type"),
    Malformed("NaN, infinite and huge numbers", _bad_number, "bad_json"),
    Malformed("a name given twice", literal('{"type": "ping", "type": "hello"}'), "bad_json"),
    Malformed("a list of 100,000 in place of a name", text("hello", families=[1] * 100_000), "bad_json"),
    Malformed("a list of 10,000 in place of a name", text("hello", families=[1] * 10_000), "bad_hello"),
    Malformed("control characters in a name", text("hello", contributor="\0\x1b[2J" + "a" * 20), "bad_hello"),
    Malformed("half a surrogate pair", literal('{"type": "\\ud800"}'), "unknown_type"),
    Malformed("unknown type", lambda rng: json.dumps({"type": rng.choice(["train", "", None, 1, []])}), "unknown_type"),
    Malformed("no type", text(), "unknown_type"),
    Malformed("hello of wrong kinds", text("hello", coalesce="yes"), "bad_hello"),
    Malformed("hello of both kinds", text("hello", family="cnn", families=["cnn"]), "bad_hello"),
    Malformed("unknown family", text("hello", family="../../champion"), "unknown_family"),
    Malformed("strokes of no points", strokes(strokes=[[]]), "bad_snapshot"),
    Malformed("strokes of 100,000 points", strokes(strokes=[[[1, 2]] * 100_000]), "bad_json"),
    Malformed("strokes of 10,000 points", strokes(strokes=[[[1, 2]] * 10_000]), "bad_snapshot"),
    Malformed("strokes off to infinity", strokes(strokes=[[[10**300, 0]]]), "bad_snapshot"),
    Malformed("strokes on a canvas of 2 billion px", strokes(width=2**31), "bad_snapshot"),
    Malformed("strokes whose numbers are texts", strokes(drawing="1"), "bad_snapshot"),
    Malformed("empty contribution", text("contribution"), "bad_contribution"),
    Malformed("contribution whose id is a path", text("contribution", id="../../etc/passwd"), "bad_contribution"),
)
