"""Bodies of the operator's calls for stored drawings, made from entries of the gallery and lines of the audit."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from collector.contribution.contributor import StoredUse, stored_use
from collector.ink.drawing import strokes_to_json
from collector.moderation.audit import REASON_MAX, AuditLine, time_text
from collector.moderation.gallery import Entry, Page
from collector.symbols.symbol_set import DIGITS_ID, SymbolSet
from service.intake.moderation import Action


class SetClass(BaseModel):
    """A class that drawings can have."""

    id: str
    name: str


class ModeratedSet(BaseModel):
    """A symbol set whose drawings can be moderated."""

    id: str
    name: str
    retired: bool


class ModeratedDrawing(BaseModel):
    """A stored drawing and what was decided about it."""

    id: str
    label: str = Field(description="id of the class that counts")
    asked: str = Field(description="id of the class that the contributor was asked for")
    contributor: str = Field(description="the contributor's hash")
    use: StoredUse = Field(description="judging: a validation drawing")
    received_at: str
    pointer: str
    source: str
    verdict: Literal["accepted", "filtered"] = Field(description="of the label filter")
    confirmed: bool
    hidden: bool
    blocked: bool = Field(description="true if its contributor is blocked")
    relabelled: bool
    width: int
    height: int
    pen_width: float
    strokes: list[list[list[float | None]]]


class ModeratedDrawings(BaseModel):
    """A page of drawings, by id."""

    classes: list[SetClass]
    drawings: list[ModeratedDrawing]
    after: str | None = Field(description="`after` of the next page; null behind the last drawing")


class GivenDecision(BaseModel, extra="forbid"):
    """An action on a drawing, or on a contributor for block and unblock."""

    action: Action
    drawing: str | None = Field(None, max_length=64)
    contributor: str | None = Field(None, max_length=64)
    label: str | None = Field(None, max_length=64, description="id of the class, for relabel")
    reason: str = Field("", max_length=REASON_MAX)
    set: str = Field(DIGITS_ID, max_length=64)


class Decided(BaseModel):
    """The decision is in effect."""

    changed: bool = Field(description="false if it was in effect before")


class AuditEntry(BaseModel):
    """One decision."""

    at: str
    action: str
    drawing: str | None
    contributor: str | None
    label_before: str | None
    label: str | None
    reason: str
    via: str


def describe_page(found: Page, symbols: SymbolSet) -> ModeratedDrawings:
    return ModeratedDrawings(
        classes=[SetClass(id=each.id, name=each.name) for each in symbols.classes],
        drawings=[_describe_drawing(entry, symbols) for entry in found.entries],
        after=found.after,
    )


def _describe_drawing(entry: Entry, symbols: SymbolSet) -> ModeratedDrawing:
    stored = entry.stored
    return ModeratedDrawing(
        id=stored.id,
        label=_class_id(entry.label, symbols) or "",
        asked=_class_id(stored.label, symbols) or "",
        contributor=stored.contributor,
        use=stored_use(stored.use),
        received_at=time_text(stored.received_at),
        pointer=stored.pointer,
        source=stored.source,
        verdict=entry.verdict,
        confirmed=stored.confirmed,
        hidden=entry.hidden,
        blocked=entry.blocked,
        relabelled=entry.relabelled,
        width=stored.width,
        height=stored.height,
        pen_width=stored.pen_width,
        strokes=strokes_to_json(stored.strokes),
    )


def describe_decision(line: AuditLine, symbols: SymbolSet) -> AuditEntry:
    return AuditEntry(
        at=line.at,
        action=line.action,
        drawing=line.drawing,
        contributor=line.contributor,
        label_before=_class_id(line.label_before, symbols),
        label=_class_id(line.label, symbols),
        reason=line.reason,
        via=line.via,
    )


def _class_id(place: int | None, symbols: SymbolSet) -> str | None:
    return symbols.classes[place].id if place is not None and 0 <= place < len(symbols.classes) else None
