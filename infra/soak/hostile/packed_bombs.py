"""Small PNGs that claim, hide or expand to far more than their size. Sends nothing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from collector.ink.png import IHDR, SIGNATURE, pack_chunk

MIB = 2**20
GRAY, RGB, PALETTE, RGBA = 0, 2, 3, 6


@dataclass(frozen=True, slots=True)
class Bomb:
    """`harmless`: its dangerous part is never read, and the picture in it is."""

    name: str
    png: bytes
    harmless: bool = False


def bombs(expanded_mib: int = 400) -> Iterator[Bomb]:
    """Each kind; those that expand do so to this many MiB."""
    zeros = _packed_zeros(expanded_mib * MIB)
    whole = _idat(_packed(bytes(20 * 21)))
    end = pack_chunk(b"IEND", b"")
    yield Bomb("a size of 20000x20000 px", _png(_head(20_000, 20_000), whole))
    yield Bomb("a size of 2^31 px", _png(_head(2**31 - 1, 2**31 - 1), whole))
    yield Bomb("a second head of 9000x9000 px", _png(_head(20, 20) + _head(9000, 9000, RGBA), whole))
    yield Bomb("a second head of 20000x20000 px", _png(_head(20, 20) + _head(20_000, 20_000, RGBA), whole))
    yield Bomb("a head that lies: 2048x2048 px, data of 20x20", _png(_head(2048, 2048, RGBA), whole))
    yield Bomb("a head that lies: 20x20 px, data of 400 MiB", _png(_head(20, 20), _idat(zeros)))
    yield Bomb("a comment (zTXt) of 400 MiB", _png(_head(20, 20) + pack_chunk(b"zTXt", b"a\0\0" + zeros), whole), True)
    yield Bomb("a profile (iCCP) of 400 MiB", _png(_head(20, 20) + pack_chunk(b"iCCP", b"a\0\0" + zeros), whole), True)
    yield Bomb("cut off in the middle", _png(_head(20, 20), whole)[:60])
    yield Bomb("without its end", SIGNATURE + _head(20, 20) + whole)
    yield Bomb("500x500 px whose data ends a byte early", _png(_head(500, 500), _idat(_packed(bytes(500 * 501 - 1)))))
    yield Bomb("1,000 pieces of data, a byte each", _png(_head(500, 500), _crumbs(zeros[:1000])))
    yield Bomb("20,000 pieces of data, all empty", _png(_head(20, 20), 20_000 * pack_chunk(b"IDAT", b"")))
    yield Bomb("interlaced, 2048x2048 px, data of 20x20", _png(_head(2048, 2048, RGBA, interlace=1), whole))
    yield Bomb("interlaced, 20x20 px, data of 400 MiB", _png(_head(20, 20, interlace=1), _idat(zeros)))
    yield Bomb("16 bit, 2048x2048 px in colour", _png(_head(2048, 2048, RGBA, 16), _idat(zeros)))
    yield Bomb("16 bit, 20x20 px, data of 400 MiB", _png(_head(20, 20, RGB, 16), _idat(zeros)))
    yield Bomb("a palette of 400 KiB", _png(_head(20, 20, PALETTE) + pack_chunk(b"PLTE", zeros), whole))
    yield Bomb("a palette that is not there", _png(_head(20, 20, PALETTE), whole))
    yield Bomb("a chunk that claims 2 GiB", SIGNATURE + _head(20, 20) + struct.pack(">I4s", 2**31 - 1, b"IDAT"))
    yield Bomb("an archive behind its end", _png(_head(20, 20), whole) + b"PK\3\4" + bytes(1000), True)
    yield Bomb("an end in the middle", SIGNATURE + _head(20, 20) + end + whole + end)


def dearest() -> Bomb:
    """The largest expansion before the error shows: the largest canvas, its last byte missing."""
    return Bomb(
        "2048x2048 px in colour whose data ends a byte early",
        _png(_head(2048, 2048, RGBA), _idat(_packed_zeros(2048 * (1 + 4 * 2048) - 1))),
    )


def _head(width: int, height: int, colours: int = GRAY, depth: int = 8, interlace: int = 0) -> bytes:
    return pack_chunk(b"IHDR", IHDR.pack(width, height, depth, colours, 0, 0, interlace))


def _png(head: bytes, data: bytes) -> bytes:
    return SIGNATURE + head + data + pack_chunk(b"IEND", b"")


def _idat(packed: bytes) -> bytes:
    return pack_chunk(b"IDAT", packed)


def _crumbs(packed: bytes) -> bytes:
    return b"".join(pack_chunk(b"IDAT", packed[at : at + 1]) for at in range(len(packed)))


def _packed(body: bytes) -> bytes:
    return zlib.compress(body, 9)


def _packed_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(min(MIB, size - at))) for at in range(0, size, MIB)]
    return b"".join((*parts, packer.flush()))
