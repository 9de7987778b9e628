"""The form of a spool row's body: a drawing's JSON and its PNGs, each after its length."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LENGTH = struct.Struct(">I")


class BadPendingDrawing(ValueError):
    """The row's body is not a drawing's JSON and its PNGs."""


@dataclass(frozen=True, slots=True)
class PendingDrawing:
    """A drawing that waits for upload; drawings go up in the order of `seq`."""

    seq: int
    id: str
    body: bytes
    unreadable: str = ""  # why SQLite could not read the row
    contributor: str = ""
    received_at: str = ""  # ISO 8601, UTC

    def unpack(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The drawing's JSON, and the PNGs of its samples in order.

        Raises:
            BadPendingDrawing: the body is damaged.
        """
        if self.unreadable:
            raise BadPendingDrawing(self.unreadable)
        if not isinstance(self.body, bytes):  # SQLite stores any type in any column
            raise BadPendingDrawing(f"the row holds a {type(self.body).__name__}, expected bytes")
        parts = list(_unpack(self.body))
        if not parts:
            raise BadPendingDrawing("the row is empty, expected the drawing's JSON and PNGs")
        return parts[0], tuple(parts[1:])


def pack(parts: Sequence[bytes]) -> bytes:
    """Joins the parts, each after its length as a big-endian u32."""
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def _unpack(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        if at + _LENGTH.size > len(body):
            raise BadPendingDrawing(f"the row ends within a length, after {len(body)} bytes")
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size + length
        if at > len(body):
            raise BadPendingDrawing(f"the row has {len(body)} bytes, expected at least {at}")
        yield body[at - length : at]
