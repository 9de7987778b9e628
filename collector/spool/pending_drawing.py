"""The form of a spool row's body: a drawing's JSON and its PNGs, each after its length."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class PendingDrawing:
    """A drawing that waits for upload; drawings go up in the order of `seq`."""

    seq: int
    id: str
    body: bytes

    def unpack(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The drawing's JSON, and the PNGs of its samples in order."""
        document, *pngs = _unpack(self.body)
        return document, tuple(pngs)


def pack(parts: Sequence[bytes]) -> bytes:
    """Joins the parts, each after its length as a big-endian u32."""
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def _unpack(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size + length
        yield body[at - length : at]
