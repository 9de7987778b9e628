"""Stored drawings for tests, put into a store without a spool."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from collector.contribution.contributor import contributor_id, use_of
from collector.contribution.layout import drawing_key, index_key
from collector.storage.object_store import ObjectStore
from collector.storage.stored_drawing import StoredDrawing, to_stored
from tests.collector.contributions import make_contribution

KEY = bytes(32)
NOW = datetime(2026, 11, 21, 3, 45, 0, 123000, UTC)


def contributor_of(use: str, number: int = 0) -> str:
    """The hash of a contributor whose drawings have this use."""
    names = (contributor_id(KEY, f"contributor-{use}-{number}-{attempt}") for attempt in range(1000))
    return next(name for name in names if use_of(name) == use)


def put_drawing(
    store: ObjectStore, contributor: str | None = None, now: datetime = NOW, source: str = "page", **changes: Any
) -> StoredDrawing:
    """Puts the drawing's JSON and its index entry; no samples, no arrival."""
    changes.setdefault("id", str(uuid.uuid4()))
    stored = to_stored(make_contribution(**changes), contributor or contributor_of("training"), source, now)
    store.put(drawing_key(stored.id), stored.to_json())
    store.put(index_key(stored.contributor, stored.id), b"")
    return stored
