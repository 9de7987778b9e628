"""The fuzzed decoders of what clients send; each may raise its own errors alone."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from collector.contribution.contribution import BadContribution, parse_contribution
from collector.ink.canvas_png import BadPng, read_canvas
from collector.ink.drawing import Point, Stroke
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.png import CHUNK_HEAD, CRC_BYTES, IHDR, SIGNATURE, pack_chunk
from collector.ink.snapshot import SnapshotError, pack_ink20, to_ink20
from service.inference.inputs import FEEDS, make_inputs
from service.wire.messages import Contribute, Frame, Strokes
from service.wire.protocol import HEADER, ProtocolError, parse_binary, parse_text
from service.wire.replies import encode_error

DRAWN_SIDE = 100  # px: larger canvases are drawn and decoded alike, but keep the fuzzer from its next input
SHAPE = struct.Struct("<BBBBB")  # of a made PNG: width, height, bits a channel, colour type, interlace

Decoder = Callable[[bytes], None]


def decode_frame(data: bytes) -> None:
    """A binary message, up to the inputs of every model that it feeds."""
    try:
        frame = parse_binary(data)
        if frame.encoding != "png":
            make_inputs(frame, FEEDS[frame.slot])
    except (ProtocolError, SnapshotError):
        return


def decode_message(data: bytes) -> None:
    """A text message, up to a contribution or inputs; the answer to an error must be JSON."""
    try:
        message = parse_text(data.decode())
        if isinstance(message, Contribute):
            parse_contribution(message.record)
        elif isinstance(message, Strokes):
            drawn = message.width <= DRAWN_SIDE and message.height <= DRAWN_SIDE
            make_inputs(message, FEEDS["strokes"] if drawn else ("path48",))
    except ProtocolError as error:
        json.loads(encode_error(error))
    except (UnicodeDecodeError, BadContribution, SnapshotError):
        return


def decode_png(data: bytes) -> None:
    """The bytes as they are, with valid checksums, and as the header, palette and pixels of a new PNG."""
    forms: tuple[Callable[[bytes], bytes], ...] = (bytes, mend_checksums, make_png)
    for form in forms:
        try:
            canvas = read_canvas(form(data))
        except BadPng:
            continue
        if canvas.dtype != np.uint8 or canvas.ndim != 2:
            raise AssertionError(f"{canvas.dtype} of shape {canvas.shape}")
        if max(canvas.shape) <= DRAWN_SIDE:
            make_inputs(Frame("png", form(data)), FEEDS["png"])


def mend_checksums(png: bytes) -> bytes:
    """The same chunks with valid checksums, so that a changed byte gets past them."""
    out, at = png[:8], 8
    while at + CHUNK_HEAD.size + CRC_BYTES <= len(png):
        length, kind = CHUNK_HEAD.unpack_from(png, at)
        out += pack_chunk(kind, png[at + CHUNK_HEAD.size : at + CHUNK_HEAD.size + length])
        at += CHUNK_HEAD.size + length + CRC_BYTES
    return out


def make_png(data: bytes) -> bytes:
    if len(data) < SHAPE.size:
        return data
    width, height, depth, colours, interlace = SHAPE.unpack_from(data)
    head = IHDR.pack(1 + width % 40, 1 + height % 40, 2 ** (depth % 5), colours % 8, 0, 0, interlace % 2)
    palette, clear, pixels = data[5:17], data[17:19], data[19:]
    chunks = [pack_chunk(b"IHDR", head), pack_chunk(b"PLTE", palette), pack_chunk(b"tRNS", clear)]
    return SIGNATURE + b"".join(chunks) + pack_chunk(b"IDAT", zlib.compress(pixels, 1)) + pack_chunk(b"IEND", b"")


DECODERS: Mapping[str, Decoder] = {"frames": decode_frame, "messages": decode_message, "pngs": decode_png}


def seeds(name: str) -> list[bytes]:
    """Valid inputs, from which a fuzzer gets further than from nothing."""
    return {"frames": _frames, "messages": _messages, "pngs": _pngs}[name]()


def _frames() -> list[bytes]:
    canvas = np.full((40, 40), 255, np.uint8)
    canvas[10:30, 18:22] = 0
    path = to_path48((Stroke((Point(1, 2), Point(30, 30))),), 40, 40)
    second = pack_ink20(to_ink20_2(canvas))
    payloads = {1: pack_ink20(to_ink20(canvas)), 2: bytes(400), 4: pack_path48(path), 5: second}
    return [HEADER.pack(1, encoding, 0, 1, 2, 3) + payload for encoding, payload in payloads.items()]


def _messages() -> list[bytes]:
    png = base64.b64encode(_png(Image.new("L", (20, 20), 255))).decode()
    strokes = {"drawing": 1, "seq": 2, "width": 40, "height": 40, "pen_width": 4, "strokes": [[[1, 2], [3, 4, 5]]]}
    contribution = {
        "id": "0b3f0d5e-7a4e-4c58-9d5f-0123456789ab", "label": 7, "contributor": "a-token-of-a-fuzzer",
        "consent": "2026-11-1", "width": 20, "height": 20, "pen_width": 2, "pointer": "pen",
        "strokes": [[[1, 2, 0], [9, 9, 5]]], "samples": [{"ink": n / 8, "png": png} for n in range(1, 9)],
    }  # fmt: skip
    messages = [
        {"type": "hello", "families": ["path", "cnn"], "coalesce": False, "contributor": "a-token-of-a-fuzzer"},
        {"type": "strokes", **strokes},
        {"type": "ping", "t": 1.5},
        {"type": "contribution", **contribution},
    ]
    return [json.dumps(message).encode() for message in messages]


def _pngs() -> list[bytes]:
    made = [SHAPE.pack(5, 5, 3, colours, interlace) + bytes(200) for colours in (0, 2, 3, 4, 6) for interlace in (0, 1)]
    return [_png(Image.new(mode, (6, 5))) for mode in ("L", "RGB", "RGBA", "LA", "P", "1", "I;16")] + made


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
