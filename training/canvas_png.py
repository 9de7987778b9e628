"""Anyone's PNG to a grayscale canvas, safely: its size is read before a pixel is decoded. No snapshots in here."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.snapshot import MAX_CANVAS_SIDE

MAX_PNG_BYTES = 1024 * 1024
MAX_CHUNKS = 4096  # an encoder that writes 1 MiB in the usual 8 KiB pieces makes 130
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK_HEAD = struct.Struct(">I4s")
CRC_BYTES = 4
SIZE = struct.Struct(">II")

# Text and colour profiles may unfold to far more than they are; nothing but the picture is handed to the decoder.
PICTURE_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


class BadPng(ValueError):
    """These bytes are no PNG that is taken; the message says what came and what was expected."""


def read_canvas(png: bytes) -> NDArray[np.uint8]:
    """The picture as a grayscale canvas (height, width), uint8.

    Raises:
        BadPng: not a whole PNG, over 1 MiB, or over 2048x2048 px.
    """
    picture = _picture_alone(png)
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
            image.load()
            return _to_gray(image)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError) as error:
        raise BadPng(f"a PNG that can't be decoded: {error!s:.120}") from error


def _picture_alone(png: bytes) -> bytes:
    """The PNG without its ancillary chunks, its size checked."""
    if len(png) > MAX_PNG_BYTES:
        raise BadPng(f"{len(png)} bytes, expected at most {MAX_PNG_BYTES}")
    if not png.startswith(SIGNATURE):
        raise BadPng(f"begins with {png[:8]!r}, expected a PNG's signature")
    kept = [SIGNATURE]
    for number, (kind, start, end) in enumerate(_chunks(png)):
        if number == 0:
            _check_size(kind, png[start:end])
        if number >= MAX_CHUNKS:
            raise BadPng(f"over {MAX_CHUNKS} chunks in one PNG")
        if kind in PICTURE_CHUNKS:
            kept.append(png[start:end])
        if kind == b"IEND":
            return b"".join(kept)
    raise BadPng("a PNG that ends before its last chunk")


def _chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's kind, and where all of it (head, body, checksum) starts and ends."""
    start = len(SIGNATURE)
    while start + CHUNK_HEAD.size <= len(png):
        length, kind = CHUNK_HEAD.unpack_from(png, start)
        end = start + CHUNK_HEAD.size + length + CRC_BYTES
        if end > len(png):
            return
        yield kind, start, end
        start = end


def _check_size(kind: bytes, chunk: bytes) -> None:
    if kind != b"IHDR" or len(chunk) < CHUNK_HEAD.size + SIZE.size:
        raise BadPng(f"first chunk {kind!r}, expected IHDR")
    width, height = SIZE.unpack_from(chunk, CHUNK_HEAD.size)
    if not (1 <= width <= MAX_CANVAS_SIDE and 1 <= height <= MAX_CANVAS_SIDE):
        raise BadPng(f"{width}x{height} px, expected 1 to {MAX_CANVAS_SIDE} a side")


def _to_gray(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode == "L" and "transparency" not in image.info:
        return np.asarray(image)
    if image.mode.startswith("I"):
        return _sixteen_bit_to_gray(image)
    if "transparency" in image.info:
        image = image.convert("RGBA")
    if "A" not in image.getbands():
        return np.asarray(image.convert("L"))
    alpha = image.getchannel("A")
    gray = np.asarray(image.convert("L"))
    return gray if alpha.getextrema() == (255, 255) else _lay_on_paper(gray, np.asarray(alpha))


def _sixteen_bit_to_gray(image: Image.Image) -> NDArray[np.uint8]:
    wide = np.asarray(image)
    gray = (wide >> 8).astype(np.uint8)
    clear = image.info.get("transparency")  # one gray level that counts as fully transparent
    if not isinstance(clear, int):
        return gray
    return _lay_on_paper(gray, np.where(wide == clear, 0, 255).astype(np.uint8))


def _lay_on_paper(gray: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What shines through is paper: white below dark ink, black below light ink.

    Where most of the picture is opaque, what is seen is the paper itself (its corners may be cut out), and
    what shines through is as light as it.
    """
    weight = int(alpha.sum(dtype=np.int64))
    light = weight > 0 and int((gray.astype(np.uint16) * alpha).sum(dtype=np.int64)) > 127 * weight
    mostly_opaque = weight > 127 * alpha.size
    paper = 255 if light == mostly_opaque else 0
    mixed = gray.astype(np.uint16) * alpha + np.uint16(paper) * (np.uint16(255) - alpha)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)
