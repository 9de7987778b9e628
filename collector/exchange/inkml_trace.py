"""Parses the text of one InkML trace: values, differences and changes of differences, by the trace's format. No XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.ink.drawing import MAX_NUMBER, DrawingError, Point

_VALUE = re.compile(r"\s*([!'\"]?)\s*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|#[0-9A-Fa-f]+|[*?TF])", re.ASCII)


@dataclass(frozen=True, slots=True)
class TraceFormat:
    """The channels of a trace in their order; `time_scale` makes milliseconds of T."""

    channels: tuple[str, ...] = ("X", "Y")
    optional: int = 0  # that may be missing at the end
    time_scale: float = 1.0


def read_points(text: str, form: TraceFormat) -> list[Point]:
    """The trace's points, in its own units of length and in ms.

    Raises:
        DrawingError: it holds no points, or something else than points of this format.
    """
    if "X" not in form.channels or "Y" not in form.channels:
        raise DrawingError(f"a trace of the channels {', '.join(form.channels)[:80]}, expected X and Y among them")
    modes = ["!"] * len(form.channels)
    values: list[float | None] = [None] * len(form.channels)
    speeds = [0.0] * len(form.channels)
    points = []
    for part in text.split(","):
        tokens = _tokens(part)
        if not tokens:
            continue  # a comma at the end
        if not len(form.channels) - form.optional <= len(tokens) <= len(form.channels):
            raise DrawingError(f"a point of {len(tokens)} values, expected {len(form.channels)}")
        for channel, (mode, token) in enumerate(tokens):
            modes[channel] = mode or modes[channel]
            _advance(channel, modes[channel], token, values, speeds)
        points.append(_point(form, values))
    if not points:
        raise DrawingError("a trace without points")
    return points


def _tokens(part: str) -> list[tuple[str, str]]:
    tokens = []
    position = 0
    while position < len(part.rstrip()):
        match = _VALUE.match(part, position)
        if match is None:
            raise DrawingError(f"a trace holds {part[position : position + 20].strip()!r}, expected numbers")
        tokens.append((match[1], match[2]))
        position = match.end()
    return tokens


def _advance(channel: int, mode: str, given: str, values: list[float | None], speeds: list[float]) -> None:
    """Sets the channel's value: given, by its difference to the last, or by the change of that difference."""
    if given in "?TF":
        values[channel] = None
        return
    before = values[channel]
    if mode == "!":
        number = before if given == "*" else _number(given)
        if number is None:
            raise DrawingError("a trace repeats a value that it has not, expected a number first")
        speeds[channel] = 0.0 if before is None else number - before
        values[channel] = number
        return
    if before is None:
        raise DrawingError("a trace begins with a difference, expected a value")
    if given != "*":
        speeds[channel] = _number(given) + (speeds[channel] if mode == '"' else 0.0)
    values[channel] = before + speeds[channel]


def _number(token: str) -> float:
    try:
        return float(int(token[1:], 16)) if token.startswith("#") else float(token)
    except OverflowError:
        return MAX_NUMBER * 2.0  # refused with the point


def _point(form: TraceFormat, values: Sequence[float | None]) -> Point:
    by_name = dict(zip(form.channels, values, strict=True))
    x, y, time = by_name["X"], by_name["Y"], by_name.get("T")
    if x is None or y is None:
        raise DrawingError("a point without X or Y")
    t_ms = None if time is None else time * form.time_scale
    # Compared so that NaN is refused too.
    if not (abs(x) < MAX_NUMBER and abs(y) < MAX_NUMBER and (t_ms is None or abs(t_ms) < MAX_NUMBER)):
        raise DrawingError("a point with a number out of range, expected numbers below 2**53")
    return Point(x, y, t_ms)
