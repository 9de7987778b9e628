"""The audit: one object for each decision of an operator, put before the decision takes effect and never changed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from collector.contribution.layout import AUDIT, audit_key, is_audit_key
from collector.storage.object_store import NoSuchObject, ObjectStore

FORMAT = 1
REASON_MAX = 300  # characters


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One decision; labels are places of classes. `via` is `page` or `command line`."""

    at: str  # UTC, ISO 8601
    action: str
    drawing: str | None = None
    contributor: str | None = None
    label_before: int | None = None
    label: int | None = None
    reason: str = ""
    via: str = ""


def append_audit(store: ObjectStore, line: AuditLine) -> None:
    """Puts the line under a key that no other line has.

    Raises:
        StoreError: it may not be stored.
    """
    record = {"format": FORMAT} | {name: value for name, value in asdict(line).items() if value not in (None, "")}
    when = datetime.fromisoformat(line.at)
    store.put(audit_key(when, secrets.token_hex(6)), json.dumps(record, ensure_ascii=False).encode() + b"\n")


def read_audit(store: ObjectStore, newest: int) -> list[AuditLine]:
    """The `newest` lines, the latest first; damaged ones are left out.

    Raises:
        StoreError: the store can't be read.
    """
    keys = [key for key in store.keys(AUDIT) if is_audit_key(key)][-newest:]
    return list(_lines(store, reversed(keys)))


def plain_reason(text: str) -> str:
    """The reason on one line of printable characters, at most REASON_MAX."""
    cleaned = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(cleaned.split())[:REASON_MAX]


def time_text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lines(store: ObjectStore, keys: Iterator[str]) -> Iterator[AuditLine]:
    for key in keys:
        try:
            record = json.loads(store.get(key))
            yield AuditLine(
                at=str(record["at"]),
                action=str(record["action"]),
                drawing=_text(record.get("drawing")),
                contributor=_text(record.get("contributor")),
                label_before=_whole(record.get("label_before")),
                label=_whole(record.get("label")),
                reason=plain_reason(str(record.get("reason", ""))),
                via=str(record.get("via", "")),
            )
        except (NoSuchObject, KeyError, TypeError, ValueError, AttributeError, RecursionError):
            continue


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int | None:
    return value if type(value) is int else None
