"""Reads PNG signatures, headers and chunks, and checks a PNG before a decoder allocates memory for it."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zlib_ng import zlib_ng as zlib  # several times as fast as the standard one

from collector.ink.snapshot import MAX_CANVAS_SIDE

MAX_PNG_BYTES = 1024 * 1024
MAX_CHUNKS = 1024  # an encoder that writes 1 MiB in the usual 8 KiB pieces makes 130
MAX_PIXEL_BYTES = MAX_CANVAS_SIDE * (1 + 4 * MAX_CANVAS_SIDE)  # the largest canvas in 8-bit colour with transparency
STEP_BYTES = 0xFFFF  # decompressed at a time, as much as a stored block holds
KEPT_BYTES = 2 * 1024 * 1024  # up to this size pixel data is passed on decompressed; more is only counted
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK_HEAD = struct.Struct(">I4s")
LENGTH_BYTES = CRC_BYTES = ADLER_BYTES = 4
ZLIB_HEAD = b"\x78\x01"
STORED_HEAD = struct.Struct("<BHH")  # last block or not, length, complement of the length
IHDR = struct.Struct(">IIBBBBB")  # width, height, bits a channel, colour type, compression, filter, interlace

# Text and colour profiles may decompress to far more than their size; the decoder gets the picture alone.
PICTURE_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
ONCE = PICTURE_CHUNKS - {b"IDAT"}  # a second IHDR would set a size that was never checked
PALETTE = 3
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type: gray, RGB, palette, gray and alpha, RGBA
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Adam7, https://www.w3.org/TR/png-3/#8Interlace: first column, first row, steps across and down of its seven pictures.
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


class BadPng(ValueError):
    """The bytes are not a PNG that is accepted; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class _Head:
    width: int
    height: int
    bits: int  # a pixel
    palette: bool
    interlaced: bool

    @property
    def pixel_bytes(self) -> int:
        """Size of the decompressed pixel data: each row follows a byte that names its filter."""
        if not self.interlaced:
            return self._rows_bytes(self.width, self.height)
        return sum(
            self._rows_bytes(-(-(self.width - left) // across), -(-(self.height - top) // down))
            for left, top, across, down in PASSES
        )

    def _rows_bytes(self, width: int, height: int) -> int:
        return height * (1 + (width * self.bits + 7) // 8) if width > 0 and height > 0 else 0


def read_size(png: bytes) -> tuple[int, int]:
    """Width and height in px, from the header alone; nothing is decompressed, and the rest may be damaged.

    Raises:
        BadPng: no signature, or no IHDR first.
    """
    kind, start, end = next(_chunks(_signed(png)))
    head = _read_ihdr(kind, memoryview(png)[start + CHUNK_HEAD.size : end - CRC_BYTES])
    return int(head[0]), int(head[1])


def pack_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk: length, kind, body and checksum."""
    return b"".join(_chunk(kind, [body]))


def picture_alone(png: bytes) -> bytes:
    """The PNG without its ancillary chunks and what follows IEND; its size is checked and its pixel data complete.

    Pixel data comes decompressed: decoders decompress row by row, which took longer than all the rest.

    Raises:
        BadPng: not a complete PNG, over 1 MiB, or over 2048x2048 px.
    """
    if len(png) > MAX_PNG_BYTES:
        raise BadPng(f"{len(png)} bytes, expected at most {MAX_PNG_BYTES}")
    _signed(png)
    view = memoryview(png)  # slices of it are not copies
    kept, pixels = list[memoryview | bytes](), list[memoryview]()
    head: _Head | None = None
    seen = set[bytes]()
    for kind, start, end in _chunks(png):
        if kind in ONCE and kind in seen:
            raise BadPng(f"a second chunk {kind!r}, expected one")
        body = view[start + CHUNK_HEAD.size : end - CRC_BYTES]
        head = head or _read_head(kind, body)
        if kind == b"IDAT":
            pixels.append(body)
        elif kind in PICTURE_CHUNKS:
            # The decoder's own message for it names a Python object.
            checksum = int.from_bytes(view[end - CRC_BYTES : end])
            if kind != b"IEND" and zlib.crc32(view[start + LENGTH_BYTES : end - CRC_BYTES]) != checksum:
                raise BadPng(f"a chunk {kind!r} with a wrong checksum")
            kept.append(view[start:end])
        seen.add(kind)
    if head is None:
        raise BadPng("a PNG without chunks")
    if head.palette and b"PLTE" not in seen:
        raise BadPng("palette colours without a PLTE chunk")
    decompressed = _decompress(head, pixels)
    idat = pixels if decompressed is None else _stored(decompressed)
    return b"".join((SIGNATURE, *kept[:-1], *_chunk(b"IDAT", idat), kept[-1]))


def _signed(png: bytes) -> bytes:
    if not png.startswith(SIGNATURE):
        raise BadPng(f"begins with {png[:8]!r}, expected a PNG's signature")
    return png


def _chunk(kind: bytes, parts: Sequence[memoryview | bytes]) -> Iterator[memoryview | bytes]:
    yield CHUNK_HEAD.pack(sum(map(len, parts)), kind)
    yield from parts
    yield functools.reduce(lambda crc, part: zlib.crc32(part, crc), parts, zlib.crc32(kind)).to_bytes(CRC_BYTES)


def _stored(pieces: Sequence[bytes]) -> list[bytes]:
    """The pieces as a zlib stream of stored blocks: https://www.rfc-editor.org/rfc/rfc1951#page-11."""
    parts = [ZLIB_HEAD]
    for piece in pieces:
        parts += STORED_HEAD.pack(0, len(piece), 0xFFFF ^ len(piece)), piece
    parts.append(STORED_HEAD.pack(1, 0, 0xFFFF))  # the last, empty
    parts.append(functools.reduce(lambda sum_, piece: zlib.adler32(piece, sum_), pieces, 1).to_bytes(ADLER_BYTES))
    return parts


def _chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's kind, and where it (head, body, checksum) starts and ends, up to IEND.

    Bytes behind IEND are ignored, as every viewer does: some tools append a newline.
    """
    start = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if start + CHUNK_HEAD.size > len(png):
            raise BadPng("a PNG that ends before its last chunk")
        length, kind = CHUNK_HEAD.unpack_from(png, start)
        end = start + CHUNK_HEAD.size + length + CRC_BYTES
        if end > len(png):
            raise BadPng(f"a PNG that ends within a chunk {kind!r} of {length} bytes")
        yield kind, start, end
        start = end
        if kind == b"IEND":
            return
    raise BadPng(f"over {MAX_CHUNKS} chunks in one PNG")


def _read_ihdr(kind: bytes, body: memoryview) -> tuple[int, ...]:
    if kind != b"IHDR" or len(body) != IHDR.size:
        raise BadPng(f"first chunk {kind!r} of {len(body)} bytes, expected IHDR of {IHDR.size}")
    return IHDR.unpack(body)


def _read_head(kind: bytes, body: memoryview) -> _Head:
    width, height, depth, colours, compression, filtering, interlace = _read_ihdr(kind, body)
    if not (1 <= width <= MAX_CANVAS_SIDE and 1 <= height <= MAX_CANVAS_SIDE):
        raise BadPng(f"{width}x{height} px, expected 1 to {MAX_CANVAS_SIDE} a side")
    if depth not in DEPTHS.get(colours, ()) or compression or filtering or interlace > 1:
        raise BadPng(f"IHDR ends in {body[8:].hex()}, which PNG does not allow")
    head = _Head(width, height, depth * CHANNELS[colours], colours == PALETTE, interlace == 1)
    if head.pixel_bytes > MAX_PIXEL_BYTES:
        raise BadPng(f"{width}x{height} px of {head.bits} bits, expected at most {MAX_PIXEL_BYTES} bytes in all")
    return head


def _decompress(head: _Head, pixels: Sequence[memoryview]) -> list[bytes] | None:
    """The pixel data in pieces, or None where it is large; decompression stops at the first byte too many."""
    wanted, came = head.pixel_bytes, 0
    pieces: list[bytes] = []
    unpacker = zlib.decompressobj()
    try:
        for piece in _decompressed(unpacker, pixels):
            came += len(piece)
            if came > wanted:
                raise BadPng(f"pixel data of over {wanted} bytes, expected that for {head.width}x{head.height} px")
            if wanted <= KEPT_BYTES:
                pieces.append(piece)
    except zlib.error as error:  # type: ignore[misc]  # its stub calls the class an instance of itself
        raise BadPng(f"pixel data that can't be decompressed: {error!s:.80}") from error
    if came < wanted or not unpacker.eof:
        raise BadPng(f"pixel data that ends after {came} of {wanted} bytes")
    return pieces if wanted <= KEPT_BYTES else None


def _decompressed(unpacker: zlib._Decompress, pixels: Sequence[memoryview]) -> Iterator[bytes]:
    for body in pixels:
        # In steps: the rest that a step leaves is copied each time.
        for at in range(0, len(body), STEP_BYTES):
            rest: memoryview | bytes = body[at : at + STEP_BYTES]
            piece = None
            while len(rest) or piece is None or (len(piece) == STEP_BYTES and not unpacker.eof):
                if unpacker.eof:
                    raise BadPng("bytes behind the end of the pixel data")
                piece = unpacker.decompress(rest, STEP_BYTES)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
                yield piece
