"""Checks the heads of HTTP requests: their size, and whether a proxy may read their body differently. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

MAX_HEAD_BYTES = 64 * 1024  # includes cookies of other applications on the same host
MAX_HEAD_LINES = 256

Headers = Sequence[tuple[bytes, bytes]]  # names in lower case


class HeadSize:
    """Counts the bytes and lines of the head that is being received."""

    __slots__ = ("_bytes", "_lines")

    def __init__(self) -> None:
        self._bytes = self._lines = 0

    def reset(self) -> None:
        """The head has ended."""
        self._bytes = self._lines = 0

    def add(self, data: bytes) -> bool:
        """Counts what came; False when the head is too large."""
        end = max(data.find(b"\n\r\n"), data.find(b"\n\n"))  # a body or another request follows
        head = data if end < 0 else data[:end]
        self._bytes += len(head)
        self._lines += head.count(b"\n")
        return self._bytes <= MAX_HEAD_BYTES and self._lines <= MAX_HEAD_LINES


def names(headers: Headers, name: bytes) -> bool:
    return any(key == name for key, _ in headers)


def has_unclear_body(headers: Headers, upgrade: bool) -> bool:
    """True if the head gives its body's length twice, or if it upgrades and has a body, which nobody would read."""
    length, encoding = names(headers, b"content-length"), names(headers, b"transfer-encoding")
    if length and encoding:
        return True  # a proxy may have read the other one (RFC 9112, 6.3)
    return upgrade and (encoding or (length and (b"content-length", b"0") not in headers))
