"""Lists the drawings that nobody may use any more: deleted, hidden, or by a blocked contributor."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from collector.contribution.layout import TOMBSTONES, contributor_prefix
from collector.moderation.gallery import listed_ids
from collector.moderation.moderation import Moderation, read_moderation
from collector.storage.object_store import ObjectStore


def withdrawn_ids(store: ObjectStore, moderation: Moderation | None = None) -> Iterator[str]:
    """The ids of deleted and hidden drawings and of those by blocked contributors, each once, in order.

    Raises:
        StoreError: the store can't be listed; it may fail after some ids.
    """
    decided = read_moderation(store) if moderation is None else moderation
    blocked = (listed_ids(store, contributor_prefix(contributor), "") for contributor in sorted(decided.blocked))
    last = ""
    for drawing in heapq.merge(listed_ids(store, TOMBSTONES, ""), sorted(decided.hidden), *blocked):
        if drawing != last:
            yield drawing
        last = drawing
