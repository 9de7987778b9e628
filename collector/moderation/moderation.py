"""Operators' decisions about drawings and contributors, for those who read them: hidden, relabelled, blocked.

Each decision is an object of its own whose key says all, so that one listing reads them, two operators never overwrite
each other, and a store of an earlier release is a store without decisions.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from collector.contribution.layout import (
    MODERATION,
    Blocked,
    Hidden,
    NotInLayout,
    Relabelled,
    parse_moderation_key,
)
from collector.storage.object_store import ObjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moderation:
    """All decisions in force; `labels` are places of classes, by drawing."""

    hidden: frozenset[str] = frozenset()
    labels: Mapping[str, int] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()

    def leaves_out(self, drawing: str, contributor: str) -> bool:
        """True for a hidden drawing, and for every drawing by a blocked contributor."""
        return drawing in self.hidden or contributor in self.blocked

    def label_of(self, drawing: str, given: int) -> int:
        """The operator's label, or the `given` one."""
        return self.labels.get(drawing, given)


NO_MODERATION = Moderation()


def read_moderation(store: ObjectStore) -> Moderation:
    """Lists the decisions; reads no object.

    Raises:
        StoreError: the store can't be listed.
    """
    hidden, labels, blocked = set(), {}, set()
    for key in store.keys(MODERATION):
        try:
            decision = parse_moderation_key(key)
        except NotInLayout as error:
            log.debug("%s", error)
            continue
        match decision:
            case Hidden(drawing):
                hidden.add(drawing)
            case Relabelled(drawing, label):
                labels[drawing] = label  # keys come in order: the latest label remains
            case Blocked(contributor):
                blocked.add(contributor)
    return Moderation(frozenset(hidden), labels, frozenset(blocked))
