"""What a client may say, as frozen values. How they look on the wire is `protocol.py`'s."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from collector.ink.drawing import Stroke

FrameEncoding = Literal["ink20", "canvas20", "png", "path48"]
Slot = Literal["ink20", "canvas20", "png", "path48", "strokes"]


class Frame(NamedTuple):  # made in half of the time that a frozen dataclass takes, thousands of times a second
    """A snapshot in the frame form. `seq` is None for a bare PNG, which the session counts itself."""

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
    """A snapshot as strokes, of which the server makes what each family wants; px throughout."""

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
    """Which families answer this client (none named: the best that each snapshot can feed), and how."""

    families: tuple[str, ...] = ()
    coalesce: bool = True
    contributor: str | None = None


@dataclass(frozen=True, slots=True)
class Contribute:
    """A finished, labelled drawing, not looked into yet: `collector.contribution.contribution` knows its form."""

    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    t: float


Snapshot = Frame | Strokes
Message = Frame | Strokes | Hello | Contribute | Ping
