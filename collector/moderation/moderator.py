"""Takes an operator's decisions: hide, relabel, delete a drawing, block a contributor. Each is noted in the audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from collector.contribution.layout import (
    blocked_key,
    drawing_key,
    hidden_key,
    is_contributor,
    is_drawing_id,
    relabelled_key,
    relabelled_prefix,
    tombstone_key,
    verdict_key,
)
from collector.moderation.audit import AuditLine, append_audit, plain_reason, time_text
from collector.storage.object_store import NoSuchObject, ObjectStore, exists
from collector.storage.stored_drawing import StoredDrawing, parse_stored_drawing

FORMAT = 1


class BadModeration(ValueError):
    """The decision can't be taken; the message says what came and what was expected."""


class NoSuchDrawing(BadModeration):
    """The store has no such drawing, or it was deleted."""


class Moderator:
    """Every method blocks on the store, takes effect by one put or delete, and may be repeated.

    The methods return False where nothing was to do.
    """

    def __init__(
        self,
        store: ObjectStore,
        places: Collection[int],
        erase: Callable[[str], None],
        via: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`places` are the classes that a drawing may be given; `erase` deletes a drawing from spool and store."""
        self._store = store
        self._places = places
        self._erase = erase
        self._via = via
        self._now = now

    def hide(self, drawing: str, reason: str = "") -> bool:
        """Takes the drawing out of trainings, evaluations, exports and every page, until `unhide`.

        Raises:
            NoSuchDrawing: the store has no such drawing.
            StoreError: the decision may not be stored.
        """
        self._stored(drawing)
        if exists(self._store, hidden_key(drawing)):
            return False
        self._note("hide", reason, drawing=drawing)
        self._decide(hidden_key(drawing), reason)
        return True

    def unhide(self, drawing: str, reason: str = "") -> bool:
        """Takes `hide` back. Raises as `hide`."""
        self._stored(drawing)
        if not exists(self._store, hidden_key(drawing)):
            return False
        self._note("unhide", reason, drawing=drawing)
        self._store.delete(hidden_key(drawing))
        return True

    def relabel(self, drawing: str, label: int, reason: str = "") -> bool:
        """Gives the drawing another label; what its contributor sees and downloads keeps the one that was asked for.

        Raises:
            BadModeration: the set has no such class.
            NoSuchDrawing, StoreError: as `hide`.
        """
        if label not in self._places:
            raise BadModeration(f"label {label}, expected one of the set's {len(self._places)} classes")
        before = self._label(self._stored(drawing))
        if before == label:
            return False
        self._note("relabel", reason, drawing=drawing, label_before=before, label=label)
        # A key that sorts after the former label's also where the clock was set back.
        when = max(self._now(), self._last_relabelled(drawing))
        self._decide(relabelled_key(drawing, when, label), reason)
        # The label filter's verdict was about the former label.
        self._store.delete(verdict_key(drawing))
        return True

    def delete(self, drawing: str, reason: str = "") -> bool:
        """Deletes the drawing for good, as its contributor could. Raises as `hide`."""
        self._stored(drawing)
        self._note("delete", reason, drawing=drawing)
        self._store.put(tombstone_key(drawing), b"")
        self._erase(drawing)
        return True

    def block(self, contributor: str, reason: str = "") -> bool:
        """Refuses the contributor's further drawings, and takes the present ones out of trainings and exports.

        Raises:
            BadModeration: no contributor's hash.
            StoreError: the decision may not be stored.
        """
        if exists(self._store, blocked_key(_checked(contributor))):
            return False
        self._note("block", reason, contributor=contributor)
        self._decide(blocked_key(contributor), reason)
        return True

    def unblock(self, contributor: str, reason: str = "") -> bool:
        """Takes `block` back. Raises as `block`."""
        if not exists(self._store, blocked_key(_checked(contributor))):
            return False
        self._note("unblock", reason, contributor=contributor)
        self._store.delete(blocked_key(contributor))
        return True

    def _stored(self, drawing: str) -> StoredDrawing:
        if not is_drawing_id(drawing):
            raise NoSuchDrawing(f"{drawing!r:.80} is not a drawing's id, expected a UUID in lower case with dashes")
        if exists(self._store, tombstone_key(drawing)):
            raise NoSuchDrawing(f"drawing {drawing} was deleted")
        try:
            return parse_stored_drawing(self._store.get(drawing_key(drawing)))
        except NoSuchObject as error:
            raise NoSuchDrawing(f"the store has no drawing {drawing}") from error

    def _label(self, stored: StoredDrawing) -> int:
        given = self._labels_given(stored.id)
        return int(given[-1].rpartition("_")[2]) if given else stored.label

    def _last_relabelled(self, drawing: str) -> datetime:
        given = self._labels_given(drawing)
        if not given:
            return datetime.fromtimestamp(0, UTC)
        time = given[-1].removeprefix(relabelled_prefix(drawing)).partition("_")[0]
        from_key = datetime.strptime(f"{time[:-4]}.{time[-4:-1]}000", "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        return datetime.fromtimestamp(from_key.timestamp() + 0.0015, UTC)

    def _labels_given(self, drawing: str) -> list[str]:
        return list(self._store.keys(relabelled_prefix(drawing)))

    def _decide(self, key: str, reason: str) -> None:
        record = {"format": FORMAT, "at": time_text(self._now()), "reason": plain_reason(reason)}
        self._store.put(key, json.dumps(record, ensure_ascii=False).encode() + b"\n")

    def _note(
        self,
        action: str,
        reason: str,
        *,
        drawing: str | None = None,
        contributor: str | None = None,
        label_before: int | None = None,
        label: int | None = None,
    ) -> None:
        """Before the decision: one that can't be noted is not taken."""
        at = time_text(self._now())
        line = AuditLine(at, action, drawing, contributor, label_before, label, plain_reason(reason), self._via)
        append_audit(self._store, line)


def _checked(contributor: str) -> str:
    if not is_contributor(contributor):
        raise BadModeration(f"{contributor!r:.80} is not a contributor's hash, expected 32 hex digits")
    return contributor
