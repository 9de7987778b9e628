"""Reads and writes `drawings/v1/<drawing>.json`, the stored form of a contribution; no I/O."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from collector.contribution.consent import LICENCE
from collector.contribution.contribution import Contribution
from collector.contribution.contributor import Use, parse_stored_use, stored_use, use_of
from collector.contribution.layout import is_drawing_id, sample_key
from collector.ink.drawing import Drawing, Stroke, check_points, describe, parse_strokes, strokes_to_json
from collector.ink.snapshot import MAX_CANVAS_SIDE
from collector.symbols.symbol_set import DIGITS, DIGITS_ID, PLACES_MAX
from collector.symbols.text import check_id

FORMAT = 1  # of digits
SYMBOLS_FORMAT = 2  # of the other sets
MIN_PEN_WIDTH = 0.01  # px


class BadStoredDrawing(ValueError):
    """The bytes are not a drawing of this format; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class StoredSample:
    """Key and SHA-256 of one PNG; `step` counts from 0, `ink` is above 0, to 1."""

    step: int
    ink: float
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredDrawing:
    """Lengths in canvas px; `contributor` is the keyed hash, 32 hex digits; `received_at` is UTC.

    `label` is the place of the class in its set; of digits, the digit.
    """

    id: str
    label: int
    contributor: str
    use: Use
    received_at: datetime
    consent: str
    licence: str
    width: int
    height: int
    pen_width: float
    pointer: str
    source: str
    strokes: tuple[Stroke, ...]
    samples: tuple[StoredSample, ...]
    confirmed: bool = False
    prompt_probability: float | None = None  # with which the page asked for this label; None where it did not say
    symbol_set: str = DIGITS_ID
    class_id: str = ""  # of its set; digits have none but the label

    @property
    def key_label(self) -> int | str:
        """The label as keys in the store name it."""
        return self.class_id or self.label

    @property
    def drawing(self) -> Drawing:
        """The strokes and label; the writer is the contributor."""
        return Drawing(self.id, self.strokes, self.label, self.contributor, self.source)

    def to_json(self) -> bytes:
        """The object's bytes; `parse_stored_drawing` reads them back equal, to the millisecond."""
        received_at = self.received_at.astimezone(UTC).isoformat(timespec="milliseconds")
        record = {
            "format": FORMAT,
            "drawing": self.id,
            "label": self.label,
            "contributor": self.contributor,
            "use": stored_use(self.use),
            "received_at": received_at.replace("+00:00", "Z"),
            "consent": self.consent,
            "licence": self.licence,
            "width": self.width,
            "height": self.height,
            "pen_width": self.pen_width,
            "pointer": self.pointer,
            "source": self.source,
            "strokes": strokes_to_json(self.strokes),
            "samples": [asdict(sample) for sample in self.samples],
        }
        if self.symbol_set != DIGITS_ID:
            # Readers of earlier releases know no sets, and leave it out as of another format.
            named = {"format": SYMBOLS_FORMAT, "set": self.symbol_set, "label": self.class_id, "place": self.label}
            record = {**record, **named}
        if self.confirmed:  # absent otherwise: readers of earlier releases ignore it
            record["confirmed"] = True
        if self.prompt_probability is not None:
            record["prompt_probability"] = self.prompt_probability
        return json.dumps(record, separators=(",", ":"), allow_nan=False).encode()


def to_stored(
    contribution: Contribution, contributor: str, source: str, now: datetime, licence: str = LICENCE
) -> StoredDrawing:
    """Builds the stored form under the contributor's hash, with the keys of the samples."""
    return StoredDrawing(
        id=contribution.id,
        label=contribution.label,
        contributor=contributor,
        use=use_of(contributor),
        received_at=now,
        consent=contribution.consent,
        licence=licence,
        width=contribution.width,
        height=contribution.height,
        pen_width=contribution.pen_width,
        pointer=contribution.pointer,
        source=source,
        strokes=contribution.strokes,
        samples=tuple(
            StoredSample(
                step=step,
                ink=sample.ink,
                key=sample_key(contribution.key_label, contribution.id, step),
                sha256=hashlib.sha256(sample.png).hexdigest(),
            )
            for step, sample in enumerate(contribution.samples)
        ),
        confirmed=contribution.confirmed,
        prompt_probability=contribution.prompt_probability,
        symbol_set=contribution.symbol_set,
        class_id=contribution.class_id,
    )


def parse_stored_drawing(body: bytes) -> StoredDrawing:
    """Reads `to_json`'s bytes.

    Raises:
        BadStoredDrawing: not JSON, another format, or a field that is missing or malformed.
    """
    try:
        record = json.loads(body)
        return _from_record(record)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise BadStoredDrawing(f"{len(body)} bytes that are not a stored drawing: {error!r:.200}") from error


def _from_record(record: dict[str, Any]) -> StoredDrawing:
    if record["format"] not in (FORMAT, SYMBOLS_FORMAT):
        raise BadStoredDrawing(f"format {describe(record['format'])}, expected {FORMAT} or {SYMBOLS_FORMAT}")
    if not is_drawing_id(record["drawing"]):
        raise BadStoredDrawing(f"drawing {describe(record['drawing'])}, expected a UUID")
    symbol_set, class_id, label = _labelled(record)
    strokes = parse_strokes(record["strokes"])
    width, height = (_whole(record, side, 1, MAX_CANVAS_SIDE) for side in ("width", "height"))
    check_points(strokes, width, height)
    return StoredDrawing(
        id=record["drawing"],
        label=label,
        contributor=_text(record, "contributor"),
        use=parse_stored_use(record["use"]),
        received_at=datetime.fromisoformat(record["received_at"]),
        consent=_text(record, "consent"),
        licence=_text(record, "licence"),
        width=width,
        height=height,
        pen_width=_number(record, "pen_width", MIN_PEN_WIDTH, MAX_CANVAS_SIDE),
        pointer=_text(record, "pointer"),
        source=_text(record, "source"),
        strokes=strokes,
        samples=tuple(
            _sample_from(sample, class_id or label, record["drawing"], i) for i, sample in enumerate(record["samples"])
        ),
        confirmed=record.get("confirmed") is True,
        prompt_probability=None
        if record.get("prompt_probability") is None  # absent before 0.3.0
        else _number(record, "prompt_probability", 0, 1),
        symbol_set=symbol_set,
        class_id=class_id,
    )


def _labelled(record: dict[str, Any]) -> tuple[str, str, int]:
    """The set, the class's id (empty for digits) and the label."""
    if record["format"] == FORMAT:
        return DIGITS_ID, "", _whole(record, "label", 0, len(DIGITS.classes) - 1)
    symbol_set, class_id = check_id("set", record["set"]), check_id("label", record["label"])
    if symbol_set == DIGITS_ID:
        raise BadStoredDrawing(f"set {DIGITS_ID} in format {SYMBOLS_FORMAT}, expected format {FORMAT}")
    return symbol_set, class_id, _whole(record, "place", 0, PLACES_MAX - 1)


def _sample_from(record: dict[str, Any], label: int | str, drawing: str, step: int) -> StoredSample:
    key = sample_key(label, drawing, step)
    if record["step"] != step or record["key"] != key:
        raise BadStoredDrawing(f"sample {step} has key {describe(record['key'])}, expected {key}")
    return StoredSample(step, _number(record, "ink", 0, 1), key, _text(record, "sha256"))


def _number(record: dict[str, Any], name: str, low: float, high: float) -> float:
    value = record[name]
    # One comparison, false for NaN too; bool is an int in Python.
    if type(value) not in (int, float) or not low <= value <= high:
        raise BadStoredDrawing(f"{name} is {describe(value)}, expected {low} to {high}")
    return float(value)


def _whole(record: dict[str, Any], name: str, low: int, high: int) -> int:
    number = _number(record, name, low, high)
    if number != int(number):
        raise BadStoredDrawing(f"{name} is {number:g}, expected a whole number")
    return int(number)


def _text(record: dict[str, Any], name: str) -> str:
    text = str(record[name])
    text.encode()  # half a surrogate pair, which JSON may escape, fits no file or table
    return text
