"""A drawing as it leaves the store, and which drawings do: the fields that every format has. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from collector.contribution.contribution import POINTERS
from collector.ink.drawing import Stroke
from collector.storage.stored_drawing import StoredDrawing
from collector.symbols.symbol_set import SymbolSet

Split = Literal["train", "validation"]
SPLITS: tuple[Split, ...] = get_args(Split)
Verdict = Literal["accepted", "filtered"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_PSEUDONYM = "midstroke export/1:"
PSEUDONYM_DIGITS = 24


class BadSelection(ValueError):
    """The filters name no such label, pointer, verdict or time; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class ExportedDrawing:
    """Lengths in canvas px; `label` is the id of a class of the set, `contributor` the pseudonym of `pseudonym_of`."""

    id: str
    label: str
    contributor: str
    split: Split
    received_at: datetime
    verdict: Verdict
    confirmed: bool
    prompt_probability: float | None
    pointer: str
    width: int
    height: int
    pen_width: float
    source: str
    licence: str
    consent: str
    strokes: tuple[Stroke, ...]


def pseudonym_of(contributor: str) -> str:
    """`c` and 24 hex digits of SHA-256 over the contributor's hash: the same in every export of one service.

    The hash itself, by which operators block and the store's index is sorted, stays in the store. The letter keeps
    readers of tables from taking the digits for a number.
    """
    return f"c{hashlib.sha256(f'{_PSEUDONYM}{contributor}'.encode()).hexdigest()[:PSEUDONYM_DIGITS]}"


def to_exported(stored: StoredDrawing, label: int, verdict: Verdict, symbols: SymbolSet) -> ExportedDrawing:
    """The stored drawing under the label (a place in the set) that counts."""
    return ExportedDrawing(
        id=stored.id,
        label=symbols.classes[label].id,
        contributor=pseudonym_of(stored.contributor),
        split="validation" if stored.use == "validation" else "train",
        received_at=stored.received_at if stored.received_at.tzinfo else stored.received_at.replace(tzinfo=UTC),
        verdict=verdict,
        confirmed=stored.confirmed,
        prompt_probability=stored.prompt_probability,
        pointer=stored.pointer,
        width=stored.width,
        height=stored.height,
        pen_width=stored.pen_width,
        source=stored.source,
        licence=stored.licence,
        consent=stored.consent,
        strokes=stored.strokes,
    )


def time_text(when: datetime) -> str:
    """UTC as Quick, Draw! writes it, `2026-11-21 03:45:00.123000 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


@dataclass(frozen=True, slots=True)
class Selection:
    """The drawings to export; an empty filter lets all pass. Labels are ids of classes."""

    since: datetime | None = None
    labels: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    pointers: tuple[str, ...] = ()

    def wants(self, drawing: ExportedDrawing) -> bool:
        return (
            (self.since is None or drawing.received_at >= self.since)
            and (not self.labels or drawing.label in self.labels)
            and (not self.verdicts or drawing.verdict in self.verdicts)
            and (not self.pointers or drawing.pointer in self.pointers)
        )

    def to_record(self) -> dict[str, Any]:
        """As a JSON object; `parse_selection` reads it back equal."""
        return {
            "since": None if self.since is None else self.since.astimezone(UTC).isoformat(),
            "labels": list(self.labels),
            "verdicts": list(self.verdicts),
            "pointers": list(self.pointers),
        }


def parse_selection(
    symbols: SymbolSet,
    since: str | None = None,
    labels: Collection[str] = (),
    verdicts: Collection[str] = (),
    pointers: Collection[str] = (),
) -> Selection:
    """The filters as a person writes them; a time without a zone is UTC.

    Raises:
        BadSelection: one of them names something that no drawing can have.
    """
    return Selection(
        since=None if since is None else _time(since),
        labels=_all_known("label", labels, [each.id for each in symbols.classes]),
        verdicts=tuple(verdict for verdict in VERDICTS if verdict in _all_known("verdict", verdicts, VERDICTS)),
        pointers=_all_known("pointer", pointers, POINTERS),
    )


def _time(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadSelection(f"since is {text!r:.60}, expected a date or time such as 2026-11-21T03:45:00Z") from error


def _all_known(what: str, given: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    for name in given:
        if name not in known:
            shown = ", ".join(list(known)[:20])
            raise BadSelection(f"{what} {name!r:.60}, expected one of {shown}{', ...' if len(known) > 20 else ''}")
    return tuple(name for name in known if name in given)
