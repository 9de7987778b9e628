"""Parses a client's messages: `midstroke.v1`, as `docs/protocol.md` defines it. Plain functions, no I/O."""

from __future__ import annotations

import json
import re
import struct
from enum import IntEnum
from typing import Any, Literal, NoReturn, cast

from collector.contribution.contributor import TOKEN
from collector.ink.drawing import DrawingError, Stroke, describe, parse_strokes
from collector.ink.path import PATH48_BYTES
from collector.ink.png import SIGNATURE
from collector.ink.raster import page_pen
from collector.ink.snapshot import CANVAS20_BYTES, INK20_BYTES, MAX_CANVAS_SIDE
from service.wire.large_json import MAX_PARTS, SMALL_CHARACTERS, SteppedDecoder, count_parts
from service.wire.messages import Contribute, Frame, FrameEncoding, Hello, Message, Ping, Strokes

SUBPROTOCOL = "midstroke.v1"
VERSION = 1
MAX_MESSAGE_BYTES = 1024 * 1024
MAX_STROKES = 64
MAX_POINTS = 8192
MAX_FAMILIES = 4
LANGUAGE = re.compile("[a-z]{2,3}")
MAX_PEN_WIDTH = 64  # px
MAX_COORDINATE = 4 * MAX_CANVAS_SIDE  # px on either side of 0: a pen may leave the canvas, within limits
MAX_COUNT = 2**32 - 1  # `drawing` and `seq` are u32 in a frame, so also in JSON

HEADER = struct.Struct("<BBHIII")
FRAME_ENCODINGS: dict[int, FrameEncoding] = {1: "ink20", 2: "canvas20", 3: "png", 4: "path48", 5: "ink20/2"}
PAYLOAD_BYTES: dict[FrameEncoding, int] = {
    "ink20": INK20_BYTES,
    "canvas20": CANVAS20_BYTES,
    "path48": PATH48_BYTES,
    "ink20/2": INK20_BYTES,
}

ErrorCode = Literal[
    "bad_json",
    "unknown_type",
    "bad_frame",
    "bad_snapshot",
    "bad_hello",
    "unknown_family",
    "unknown_set",
    "no_model",
    "bad_contribution",
]


class CloseCode(IntEnum):
    """The application's close codes. Clients don't reconnect after 44xx, and reconnect later after 45xx.

    1009 (message too large) and 1012 (the service restarts) are sent by the server below the application.
    """

    NOT_THIS_PROTOCOL = 4400
    ORIGIN_NOT_ALLOWED = 4403
    TOO_MANY_WRONG_MESSAGES = 4408
    SERVER_ERROR = 4500
    TOO_MANY_SOCKETS = 4503


class ProtocolError(Exception):
    """A message is wrong; `code` is from the protocol, `drawing` and `seq` identify the snapshot if known."""

    def __init__(self, code: ErrorCode, message: str, drawing: int | None = None, seq: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.drawing = drawing
        self.seq = seq


def parse_binary(data: bytes) -> Frame:
    """Parses a binary message: a frame, or a bare PNG.

    Raises:
        ProtocolError: `bad_frame`, with the snapshot's numbers if the header could be read.
    """
    if data.startswith(SIGNATURE):
        return Frame("png", data)
    if len(data) < HEADER.size:
        raise ProtocolError("bad_frame", f"{len(data)} bytes, expected a header of {HEADER.size} or a PNG")
    version, number, flags, drawing, seq, t_ms = HEADER.unpack_from(data)
    if version != VERSION:
        raise ProtocolError("bad_frame", f"frame version {version}, expected {VERSION}")
    encoding = FRAME_ENCODINGS.get(number)
    if encoding is None:
        raise ProtocolError("bad_frame", f"encoding {number}, expected one of {FRAME_ENCODINGS}", drawing, seq)
    if flags:
        raise ProtocolError("bad_frame", f"flags {flags:#06x}, expected 0", drawing, seq)
    payload = data[HEADER.size :]
    wanted = PAYLOAD_BYTES.get(encoding, len(payload))
    if len(payload) != wanted:
        raise ProtocolError("bad_frame", f"{len(payload)} bytes of {encoding}, expected {wanted}", drawing, seq)
    return Frame(encoding, payload, drawing, seq, t_ms)


def parse_text(text: str) -> Message:
    """Parses a text message: a JSON object with a `type`.

    Raises:
        ProtocolError: `bad_json`, `unknown_type`, or what the type's own parser says.
    """
    record = parse_json_object(text)
    match record.get("type"):
        case "hello":
            return _parse_hello(record)
        case "strokes":
            return _parse_strokes_message(record)
        case "contribution":
            return Contribute({key: value for key, value in record.items() if key != "type"})
        case "ping":
            return _parse_ping(record)
        case other:
            raise ProtocolError(
                "unknown_type", f"type {describe(other)}, expected hello, strokes, contribution or ping"
            )


def parse_json_object(text: str | bytes) -> dict[str, Any]:
    """Parses a JSON object in UTF-8; refuses `NaN`, `Infinity` and repeated names, which Python accepts.

    Raises:
        ProtocolError: `bad_json`.
    """
    try:
        # Given bytes, Python would guess the encoding.
        text = text if isinstance(text, str) else text.decode()
        if len(text) > SMALL_CHARACTERS and (parts := count_parts(text)) > MAX_PARTS:
            raise ValueError(f"{parts} values and escapes, expected at most {MAX_PARTS}")
        decoder = json.JSONDecoder if len(text) <= SMALL_CHARACTERS else SteppedDecoder
        record = json.loads(text, cls=decoder, parse_constant=_refuse_constant, object_pairs_hook=_object_of)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("bad_json", f"not JSON: {error!s:.120}") from error
    if not isinstance(record, dict):
        raise ProtocolError("bad_json", f"a JSON {type(record).__name__}, expected an object")
    return record


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError(f"an object of {len(pairs)} names, of which {len(record)} are different")
    return record


def _parse_hello(record: dict[str, Any]) -> Hello:
    family, families = record.get("family"), record.get("families")
    if family is not None and families is not None:
        raise ProtocolError("bad_hello", "both family and families, expected one of them")
    if family is not None:
        if not isinstance(family, str):
            raise ProtocolError("bad_hello", f"family is {describe(family)}, expected a name")
        families = [family]
    named = [] if families is None else families
    if not isinstance(named, list) or len(named) > MAX_FAMILIES or not all(isinstance(f, str) for f in named):
        raise ProtocolError("bad_hello", f"families are {describe(named)}, expected at most {MAX_FAMILIES} names")
    coalesce = record.get("coalesce", True)
    if not isinstance(coalesce, bool):
        raise ProtocolError("bad_hello", f"coalesce is {describe(coalesce)}, expected true or false")
    personal = record.get("personal", True)
    if not isinstance(personal, bool):
        raise ProtocolError("bad_hello", f"personal is {describe(personal)}, expected true or false")
    contributor = record.get("contributor")
    if contributor is not None and not (isinstance(contributor, str) and TOKEN.fullmatch(contributor)):
        # The token must not get into the message, and so into logs.
        raise ProtocolError("bad_hello", "contributor is not a token, expected 16 to 64 of A-Z a-z 0-9 - _")
    language = record.get("language")
    if language is not None and not (isinstance(language, str) and LANGUAGE.fullmatch(language)):
        raise ProtocolError("bad_hello", f"language is {describe(language)}, expected a code such as fr")
    symbol_set = record.get("set")
    if symbol_set is not None and not isinstance(symbol_set, str):
        raise ProtocolError("bad_hello", f"set is {describe(symbol_set)}, expected the id of a symbol set")
    return Hello(tuple(dict.fromkeys(named)), coalesce, contributor, personal, language, symbol_set)


def _parse_strokes_message(record: dict[str, Any]) -> Strokes:
    drawing, seq = _whole(record, "drawing", 0, MAX_COUNT), _whole(record, "seq", 0, MAX_COUNT)
    return parse_drawing(record, drawing, seq)


def parse_drawing(record: dict[str, Any], drawing: int = 0, seq: int = 0) -> Strokes:
    """Reads `width`, `height`, `pen_width` and `strokes`; `drawing` and `seq` are the snapshot's numbers.

    Raises:
        ProtocolError: `bad_snapshot`, with these numbers.
    """
    try:
        width, height = (_whole(record, name, 1, MAX_CANVAS_SIDE) for name in ("width", "height"))
        pen_width = page_pen(width, height)
        if "pen_width" in record:
            pen_width = _number(record["pen_width"], "pen_width", 1, MAX_PEN_WIDTH)
        strokes = Strokes(drawing, seq, width, height, pen_width, _parse_strokes(record.get("strokes")))
    except DrawingError as error:
        raise ProtocolError("bad_snapshot", str(error), drawing, seq) from error
    except ProtocolError as error:
        raise ProtocolError(error.code, error.message, drawing, seq) from error
    return strokes


def _parse_strokes(value: Any) -> tuple[Stroke, ...]:
    # Counted first: creating 200,000 points would block every other socket.
    parts = [stroke for stroke in value if isinstance(stroke, list)] if isinstance(value, list) else []
    points = sum(map(len, parts))
    if len(parts) > MAX_STROKES or points > MAX_POINTS:
        came = f"{len(parts)} strokes of {points} points"
        raise ProtocolError("bad_snapshot", f"{came}, expected at most {MAX_STROKES} of {MAX_POINTS}")
    strokes = parse_strokes(value)
    if any(abs(p.x) > MAX_COORDINATE or abs(p.y) > MAX_COORDINATE for stroke in strokes for p in stroke.points):
        raise ProtocolError("bad_snapshot", f"a point more than {MAX_COORDINATE} px from the canvas's corner")
    return strokes


def _parse_ping(record: dict[str, Any]) -> Ping:
    t = record.get("t", 0)
    # This comparison is false for NaN and infinity, and doesn't convert a huge int to float, which would overflow.
    if type(t) not in (int, float) or not abs(t) <= 2**53:
        raise ProtocolError("bad_json", f"a ping's t is {describe(t)}, expected a number")
    return Ping(t)


def _whole(record: dict[str, Any], name: str, low: int, high: int) -> int:
    value = record.get(name)
    if type(value) is not int or not low <= value <= high:
        raise ProtocolError(
            "bad_snapshot", f"{name} is {describe(value)}, expected a whole number from {low} to {high}"
        )
    return value


def _number(value: Any, name: str, low: float, high: float) -> float:
    # This comparison is false for NaN too. bool is an int in Python, so the type is checked first.
    if type(value) not in (int, float) or not low <= value <= high:
        raise ProtocolError("bad_snapshot", f"{name} is {describe(value)}, expected {low} to {high}")
    return cast("float", value)
