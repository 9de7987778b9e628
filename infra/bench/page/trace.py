"""Reads a Chromium trace for the main-thread cost of a snapshot and of an answer. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CATEGORIES = ("devtools.timeline", "disabled-by-default-devtools.timeline")
MICROSECONDS = 1000.0  # in a millisecond

PEN = "EventDispatch"
FRAME = "FireAnimationFrame"
SENT, RECEIVED = "WebSocketSend", "WebSocketReceive"
HANDLER = "socket.onmessage"
PAINTED = "Commit"
# From changed elements to a frame in the compositor.
RENDERING = ("UpdateLayoutTree", "Layout", "PrePaint", "Paint", "UpdateLayer", "Layerize", PAINTED)

TraceEvent = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cost:
    """Time on the main thread in ms: wall time, and processor time where the trace has it."""

    clock: float
    processor: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.clock + other.clock, self.processor + other.processor)


NOTHING = Cost(0.0, 0.0)


class NoTrace(ValueError):
    """The trace has no main thread that sends frames; the message counts its events."""


def pen_to_sent(events: Sequence[TraceEvent]) -> list[Cost]:
    """For each snapshot: the pen's events since the last animation frame, and the callback that sent it."""
    costs = []
    pen = NOTHING
    for event in _outermost(main_thread(events), (PEN, FRAME)):
        if event["name"] == PEN:
            pen += _cost(event) if _is_pens(event) else NOTHING
        elif event["sends"]:
            costs.append(pen + _cost(event))
            pen = NOTHING
    return costs


def received_to_painted(events: Sequence[TraceEvent]) -> list[Cost]:
    """For each frame that shows an answer: the message's handler, the callback that shows it, and all rendering."""
    costs = []
    work, received = NOTHING, False
    for event in _outermost(main_thread(events), (PEN, FRAME, "FunctionCall", *RENDERING)):
        name = event["name"]
        handles = name == "FunctionCall" and event.get("args", {}).get("data", {}).get("functionName") == HANDLER
        if handles or name in RENDERING or (name == FRAME and not event["sends"]):
            work += _cost(event)
        received = received or handles
        if name == PAINTED:
            costs += [work] if received else []
            work, received = NOTHING, False
    return costs


def main_thread(events: Sequence[TraceEvent]) -> list[TraceEvent]:
    """Events of the thread that sent snapshots, in order; an outer event before those within it.

    Raises:
        NoTrace: no thread sent any.
    """
    threads = Counter(_thread(event) for event in events if event["name"] == SENT)
    if not threads:
        raise NoTrace(f"{len(events)} events and no {SENT} among them")
    page = threads.most_common(1)[0][0]
    own = (event for event in events if _thread(event) == page and event.get("ph") in ("X", "I"))
    return sorted(own, key=lambda event: (event["ts"], -event.get("dur", 0)))


def _outermost(ordered: Iterable[TraceEvent], names: Iterable[str]) -> Iterator[TraceEvent]:
    """Events of these names that lie within no other of them; `sends` marks those in which a snapshot was sent."""
    wanted = set(names)
    held: TraceEvent | None = None
    for event in ordered:
        if held is not None and event["ts"] < held["ts"] + held["dur"]:
            held["sends"] = held["sends"] or event["name"] == SENT
        elif event["name"] in wanted and "dur" in event:
            if held is not None:
                yield held
            held = {**event, "sends": False}
    if held is not None:
        yield held


def _is_pens(event: TraceEvent) -> bool:
    kind = event.get("args", {}).get("data", {}).get("type", "")
    return str(kind).startswith(("pointer", "mouse", "touch"))


def _cost(event: TraceEvent) -> Cost:
    clock = float(event["dur"])
    return Cost(clock / MICROSECONDS, float(event.get("tdur", clock)) / MICROSECONDS)


def _thread(event: TraceEvent) -> tuple[int, int]:
    return event["pid"], event["tid"]
