"""Finds stored drawings for an operator to look at, a page at a time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from collector.contribution.layout import (
    VERDICTS,
    contributor_prefix,
    index_key,
    is_contributor,
    is_drawing_id,
    tombstone_key,
    verdict_key,
)
from collector.moderation.moderation import Moderation, read_moderation
from collector.storage.drawing_reader import READ_AHEAD, drawing_ids, read_drawings
from collector.storage.object_store import ObjectStore, exists
from collector.storage.stored_drawing import StoredDrawing

Verdict = Literal["accepted", "filtered"]
State = Literal["shown", "hidden", "relabelled", "blocked"]
READS_MAX = 2000  # drawings read for one page: rare ones take several calls, each of which ends


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a search; None for all. `label` is the place of a class, after relabelling."""

    label: int | None = None
    contributor: str | None = None
    verdict: Verdict | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored drawing and what was decided about it; `label` is the operator's, `stored.label` the one asked for."""

    stored: StoredDrawing
    label: int
    verdict: Verdict
    hidden: bool
    blocked: bool

    @property
    def relabelled(self) -> bool:
        return self.label != self.stored.label


@dataclass(frozen=True, slots=True)
class Page:
    """Entries by id, and the id after which the next page begins; None after the last page."""

    entries: tuple[Entry, ...]
    after: str | None


def find_drawings(store: ObjectStore, wanted: Wanted, after: str = "", limit: int = 50) -> Page:
    """The next `limit` drawings, or fewer where READS_MAX were read; deleted ones are never among them.

    Raises:
        StoreError: the store can't be read.
    """
    moderation = read_moderation(store)
    candidates = itertools.islice(_candidates(store, wanted, moderation, after), READS_MAX)
    entries: list[Entry] = []
    while chunk := list(itertools.islice(candidates, READ_AHEAD)):
        for stored in read_drawings(store, chunk):
            if (entry := _entry(store, stored, wanted, moderation)) is not None:
                entries.append(entry)
                if len(entries) == limit:
                    return Page(tuple(entries), stored.id)
        after = chunk[-1]
    more = any(True for _ in _candidates(store, wanted, moderation, after))
    return Page(tuple(entries), after if more else None)


def _candidates(store: ObjectStore, wanted: Wanted, moderation: Moderation, after: str) -> Iterator[str]:
    """Ids in order by the shortest list that holds all wanted ones."""
    if wanted.contributor is not None:
        if not is_contributor(wanted.contributor):
            return iter(())
        prefix = contributor_prefix(wanted.contributor)
        ids = listed_ids(store, prefix, index_key(wanted.contributor, after) if after else "")
    elif wanted.state == "hidden":
        ids = iter(sorted(drawing for drawing in moderation.hidden if drawing > after))
    elif wanted.state == "relabelled":
        ids = iter(sorted(drawing for drawing in moderation.labels if drawing > after))
    elif wanted.state == "blocked":
        prefixes = [contributor_prefix(contributor) for contributor in sorted(moderation.blocked)]
        ids = heapq.merge(*(listed_ids(store, prefix, f"{prefix}{after}" if after else "") for prefix in prefixes))
    elif wanted.verdict == "filtered":
        ids = listed_ids(store, VERDICTS, verdict_key(after) if after else "")
    else:
        ids = drawing_ids(store, after)
    return ids


def listed_ids(store: ObjectStore, prefix: str, after: str) -> Iterator[str]:
    """The drawings' ids that end the keys behind `prefix`, in order."""
    for key in store.keys(prefix, after):
        drawing = key.removeprefix(prefix).removesuffix(".json")
        if is_drawing_id(drawing):
            yield drawing


def _entry(store: ObjectStore, stored: StoredDrawing, wanted: Wanted, moderation: Moderation) -> Entry | None:
    """None for a drawing that is not wanted, or was deleted."""
    label = moderation.label_of(stored.id, stored.label)
    hidden, blocked = stored.id in moderation.hidden, stored.contributor in moderation.blocked
    states = {"hidden": hidden, "blocked": blocked, "relabelled": label != stored.label}
    states["shown"] = not (hidden or blocked)
    if wanted.label not in (None, label) or wanted.contributor not in (None, stored.contributor):
        return None
    if wanted.state is not None and not states[wanted.state]:
        return None
    verdict: Verdict = "filtered" if exists(store, verdict_key(stored.id)) else "accepted"
    if wanted.verdict not in (None, verdict) or exists(store, tombstone_key(stored.id)):
        return None
    return Entry(stored, label, verdict, hidden, blocked)
