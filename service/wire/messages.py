"""A client's messages as frozen values; `protocol.py` parses them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from collector.ink.drawing import Stroke

FrameEncoding = Literal["ink20", "canvas20", "png", "path48", "ink20/2"]
Slot = Literal["ink20", "canvas20", "png", "path48", "ink20/2", "strokes"]


class Frame(NamedTuple):  # created thousands of times a second, in half the time of a frozen dataclass
    """A snapshot in a binary frame. `seq` is None for a bare PNG, which the session numbers itself."""

    encoding: FrameEncoding
    payload: bytes
    drawing: int = 0
    seq: int | None = None
    t_ms: int = 0

    @property
    def slot(self) -> Slot:
        return self.encoding


@dataclass(frozen=True, slots=True)
class Strokes:
    """A snapshot as strokes, from which the server makes each family's input. All lengths in px."""

    drawing: int
    seq: int
    width: int
    height: int
    pen_width: float
    strokes: tuple[Stroke, ...]

    @property
    def slot(self) -> Slot:
        return "strokes"


@dataclass(frozen=True, slots=True)
class Hello:
    """The families that answer this client (none: the best one that takes each snapshot), and how."""

    families: tuple[str, ...] = ()
    coalesce: bool = True
    contributor: str | None = field(default=None, repr=False)  # the token, a secret
    personal: bool = True  # use the contributor's own drawings
    language: str | None = None  # of the terms in `welcome`
    symbol_set: str | None = None  # id; None: digits, or the set of the page's address


@dataclass(frozen=True, slots=True)
class Contribute:
    """A finished, labelled drawing, not parsed yet; `collector.contribution.contribution` has its schema."""

    record: dict[str, Any] = field(repr=False)  # holds the token


@dataclass(frozen=True, slots=True)
class Ping:
    t: float


Snapshot = Frame | Strokes
Message = Frame | Strokes | Hello | Contribute | Ping
