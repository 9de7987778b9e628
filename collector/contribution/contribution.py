"""Parses and validates a contribution, the finished and labelled drawing that a client sends; no I/O."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, TypeGuard, TypeVar, get_args

from collector.contribution.consent import CONSENTS, SYMBOLS_CONSENTS
from collector.contribution.contributor import TOKEN
from collector.contribution.layout import is_drawing_id
from collector.ink.drawing import DrawingError, Stroke, check_points, describe, parse_strokes
from collector.ink.png import BadPng, read_size
from collector.symbols.symbol_set import DIGITS, DIGITS_ID, SymbolSet

SIDE_MIN, SIDE_MAX = 20, 2048  # px of canvas
PEN_WIDTH_MIN, PEN_WIDTH_MAX = 1, 64  # px
STROKES_MAX = 64
POINTS_MAX = 8192  # of all strokes together
SAMPLES_MIN, SAMPLES_MAX = 8, 40
SAMPLE_BYTES_MAX = 64 * 1024  # of each PNG

Pointer = Literal["pen", "mouse", "touch", "unknown"]
POINTERS: tuple[Pointer, ...] = get_args(Pointer)

Text = TypeVar("Text", bound=str)


class BadContribution(ValueError):
    """The input is not a valid contribution; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The canvas when the fraction `ink` (above 0, to 1) of the drawing's final stroke length was on it."""

    ink: float
    png: bytes


@dataclass(frozen=True, slots=True)
class Contribution:
    """Lengths in canvas px; `contributor` is the browser's token as sent, which is never stored.

    `label` is the place of the class in its set; of digits, the digit.
    """

    id: str
    label: int
    contributor: str = field(repr=False)
    consent: str
    width: int
    height: int
    pen_width: float
    pointer: Pointer
    strokes: tuple[Stroke, ...]
    samples: tuple[Sample, ...]
    confirmed: bool = False  # asked whether the drawing is the digit of its label, the contributor confirmed it
    prompt_probability: float | None = None  # with which the page asked for this label; None where it does not say
    symbol_set: str = DIGITS_ID
    class_id: str = ""  # of its set; digits have none but the label

    @property
    def key_label(self) -> int | str:
        """The label as keys in the store name it."""
        return self.class_id or self.label


def parse_contribution(record: Any, symbols: SymbolSet = DIGITS) -> Contribution:
    """Reads a contribution to this set from decoded JSON of any shape.

    Raises:
        BadContribution: a field is missing, malformed, or beyond its limit.
    """
    if not isinstance(record, dict):
        raise BadContribution(f"{describe(record)}, expected an object with id, label, strokes and samples")
    width, height = (_whole(record, side, SIDE_MIN, SIDE_MAX) for side in ("width", "height"))
    label = _label(record, symbols)
    return Contribution(
        id=_drawing_id(record.get("id")),
        label=label,
        contributor=_token(record.get("contributor")),
        consent=_one_of("consent", record.get("consent"), sorted(CONSENTS if symbols.is_digits else SYMBOLS_CONSENTS)),
        width=width,
        height=height,
        pen_width=_pen_width(record.get("pen_width")),
        pointer=_one_of("pointer", record.get("pointer"), POINTERS),
        strokes=_strokes(record.get("strokes"), width, height),
        samples=_samples(record.get("samples"), width, height),
        confirmed=_confirmed(record.get("confirmed", False)),
        prompt_probability=_probability(record.get("prompt_probability")),
        symbol_set=symbols.id,
        class_id="" if symbols.is_digits else symbols.classes[label].id,
    )


def _label(record: dict[Any, Any], symbols: SymbolSet) -> int:
    """The place of the class that the label names: by its id, of digits by the digit."""
    given_set, label = record.get("set"), record.get("label")
    if given_set is not None and given_set != symbols.id:
        raise BadContribution(f"set is {describe(given_set)}, expected {symbols.id}")
    if symbols.is_digits and not (given_set is not None and isinstance(label, str)):
        return _whole(record, "label", 0, len(symbols.classes) - 1)
    place = symbols.places.get(label) if isinstance(label, str) else None
    if place is None or symbols.classes[place].is_retired:
        raise BadContribution(f"label is {describe(label)}, expected the id of a class of set {symbols.id}")
    return place


def _confirmed(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadContribution(f"confirmed is {describe(value)}, expected true or false")
    return value


def _probability(value: Any) -> float | None:
    if value is None:
        return None
    if not (_is_number(value) and 0 < value <= 1):
        raise BadContribution(f"prompt_probability is {describe(value)}, expected a number above 0, to 1")
    return float(value)


def _drawing_id(value: Any) -> str:
    if not (isinstance(value, str) and is_drawing_id(value)):
        raise BadContribution(f"id is {describe(value)}, expected a UUID in lower case with dashes")
    return value


def _token(value: Any) -> str:
    if not (isinstance(value, str) and TOKEN.fullmatch(value)):
        # The token itself stays out of the message, and so out of the logs.
        raise BadContribution("contributor is not a token, expected 16 to 64 characters of A-Z a-z 0-9 - _")
    return value


def _whole(record: dict[Any, Any], name: str, low: int, high: int) -> int:
    value = record.get(name)
    # A bool is an int in Python, but `true` is a client's mistake.
    if not (type(value) is int and low <= value <= high):
        raise BadContribution(f"{name} is {describe(value)}, expected a whole number from {low} to {high}")
    return value


def _pen_width(value: Any) -> float:
    if not (_is_number(value) and PEN_WIDTH_MIN <= value <= PEN_WIDTH_MAX):
        raise BadContribution(f"pen_width is {describe(value)}, expected {PEN_WIDTH_MIN} to {PEN_WIDTH_MAX} px")
    return float(value)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _one_of(name: str, value: Any, known: Sequence[Text]) -> Text:
    for one in known:
        if value == one:
            return one
    raise BadContribution(f"{name} is {describe(value)}, expected one of {', '.join(known)}")


def _strokes(value: Any, width: int, height: int) -> tuple[Stroke, ...]:
    # Counted first: a list of a million points must cost nothing.
    if isinstance(value, list) and len(value) > STROKES_MAX:
        raise BadContribution(f"{len(value)} strokes, at most {STROKES_MAX}")
    if isinstance(value, list) and sum(len(s) for s in value if isinstance(s, list)) > POINTS_MAX:
        raise BadContribution(f"more than {POINTS_MAX} points in all strokes together")
    try:
        strokes = parse_strokes(value)
        check_points(strokes, width, height)
    except DrawingError as error:
        raise BadContribution(str(error)) from error
    return strokes


def _samples(value: Any, width: int, height: int) -> tuple[Sample, ...]:
    if not (isinstance(value, list) and SAMPLES_MIN <= len(value) <= SAMPLES_MAX):
        raise BadContribution(f"samples are {describe(value)}, expected a list of {SAMPLES_MIN} to {SAMPLES_MAX}")
    samples = tuple(_sample(step, sample, width, height) for step, sample in enumerate(value))
    for step, (before, sample) in enumerate(pairwise(samples), start=1):
        if not before.ink < sample.ink:
            raise BadContribution(f"sample {step} has ink {sample.ink:g} after {before.ink:g}, expected it to rise")
    if samples[-1].ink != 1:
        raise BadContribution(f"the last sample has ink {samples[-1].ink:g}, expected 1: the finished drawing")
    return samples


def _sample(step: int, value: Any, width: int, height: int) -> Sample:
    if not isinstance(value, dict):
        raise BadContribution(f"sample {step} is {describe(value)}, expected an object with ink and png")
    ink = value.get("ink")
    if not (_is_number(ink) and 0 < ink <= 1):
        raise BadContribution(f"sample {step} has ink {describe(ink)}, expected a number above 0, at most 1")
    png = _decode_base64(step, value.get("png"))
    _check_png(step, png, width, height)
    return Sample(float(ink), png)


def _decode_base64(step: int, text: Any) -> bytes:
    if not isinstance(text, str):
        raise BadContribution(f"sample {step} has png {describe(text)}, expected base64")
    if len(text) > 4 * (SAMPLE_BYTES_MAX + 2) // 3:
        raise BadContribution(f"sample {step} has {len(text)} characters of base64, at most {SAMPLE_BYTES_MAX} bytes")
    try:
        png = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadContribution(f"sample {step} is not base64: {error}") from error
    if len(png) > SAMPLE_BYTES_MAX:
        raise BadContribution(f"sample {step} has {len(png)} bytes, at most {SAMPLE_BYTES_MAX}")
    return png


def _check_png(step: int, png: bytes, width: int, height: int) -> None:
    """Compares the size in the header; pixels stay compressed, as a few kilobytes can decompress to gigabytes."""
    try:
        size = read_size(png)
    except BadPng as error:
        raise BadContribution(f"sample {step} is not a PNG: {error}") from error
    if size != (width, height):
        raise BadContribution(f"sample {step} is {size[0]}x{size[1]} px, expected the canvas's {width}x{height}")
