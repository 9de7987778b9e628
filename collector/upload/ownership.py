"""Decides whose a drawing's id is, when several replicas with spools of their own upload to one store.

An id belongs to the contributor of `drawings/v1/<id>.json`. Before that is there, two replicas may hold drawings of one
id by two contributors, and many stores ignore conditional writes. So each replica first puts the ids that it is about
to write into a claim of its own, `claims/v1/<replica>.json`, and then reads the others' claims, and the drawing. Of two
replicas at least one sees the other's claim, since each puts before it reads. Where nobody else claims the id, the
drawing is uploaded; otherwise the claim is given up, and made again a little later.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from time import monotonic

from collector.contribution.layout import CLAIMS, claim_key, drawing_key, tombstone_key
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.stored_drawing import BadStoredDrawing, StoredDrawing, parse_stored_drawing

FORMAT = 1
VALID_SECONDS = 300.0  # of a claim; twice what one drawing takes on a store at its slowest, 11 puts of 14 s
FORGOTTEN_SECONDS = 600.0  # after which a claim that does not change is of a replica that is gone
FIRST_AGAIN_SECONDS, LAST_AGAIN_SECONDS = 0.5, 3.0  # until the one that came first, and the others, claim an id again

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """Orders by who was first; `received_at` is ISO 8601 in UTC, `contributor` the hash."""

    received_at: str
    contributor: str
    drawing: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """Another replica's claim: its bytes, and when it was first read so."""

    body: bytes
    since: float


class Ownership:
    """One replica's view of the store. `stored`, `is_deleted` and `is_valid` are for many threads, the rest for one."""

    def __init__(self, store: ObjectStore, replica: str, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._replica = replica
        self._clock = clock
        self._seen: dict[str, _Seen] = {}  # by key
        self._again_at: dict[str, float] = {}  # contested drawings, and when they are claimed again
        self._claimed_at: float | None = None
        self._count = 0

    def claim(self, claims: Collection[Claim]) -> set[str]:
        """Claims these drawings until `release`; returns those that have to wait, since others claim them too.

        Raises:
            StoreError: the store failed; nothing may be uploaded.
        """
        begun = self._clock()
        due = [claim for claim in claims if self._again_at.get(claim.drawing, begun) <= begun]
        waiting = {claim.drawing for claim in claims} - {claim.drawing for claim in due}
        if not due:
            return waiting
        self._count += 1  # two claims of one replica differ: it is alive
        record = {"format": FORMAT, "count": self._count, "claims": [asdict(claim) for claim in due]}
        self._store.put(claim_key(self._replica), json.dumps(record).encode())
        others = self._others()
        for claim in due:
            contenders = [other for other in others.get(claim.drawing, []) if other.contributor != claim.contributor]
            if contenders:
                # One before the others: at the same times, all would meet again.
                pause = FIRST_AGAIN_SECONDS if claim < min(contenders) else LAST_AGAIN_SECONDS
                self._again_at[claim.drawing] = self._clock() + pause
                waiting.add(claim.drawing)
            else:
                self._again_at.pop(claim.drawing, None)
        self._claimed_at = begun
        return waiting

    def release(self) -> None:
        """Takes the claim back; what was uploaded speaks for itself.

        Raises:
            StoreError: the claim may still be there; the next one replaces it.
        """
        if self._claimed_at is not None:
            self._claimed_at = None
            self._store.delete(claim_key(self._replica))

    @property
    def is_valid(self) -> bool:
        """True while the last claim is fresh enough to put a drawing on its strength."""
        claimed_at = self._claimed_at
        return claimed_at is not None and self._clock() - claimed_at < VALID_SECONDS

    def stored(self, drawing: str) -> StoredDrawing | None:
        """The drawing that the store has under this id; None without one, and for a damaged one.

        Raises:
            StoreError: the store failed.
        """
        return stored_in(self._store, drawing)

    def is_deleted(self, drawing: str) -> bool:
        """True where the store has the drawing's tombstone.

        Raises:
            StoreError: the store failed.
        """
        return has_tombstone(self._store, drawing)

    def _others(self) -> dict[str, list[Claim]]:
        """By drawing, the claims of the other replicas that are alive."""
        found: dict[str, list[Claim]] = {}
        seen: dict[str, _Seen] = {}
        for key in list(self._store.keys(CLAIMS)):
            if key == claim_key(self._replica):
                continue
            try:
                body = self._store.get(key)
            except NoSuchObject:
                continue
            before = self._seen.get(key)
            seen[key] = before if before is not None and before.body == body else _Seen(body, self._clock())
            if self._clock() - seen[key].since < FORGOTTEN_SECONDS:
                for claim in _parse(key, body):
                    found.setdefault(claim.drawing, []).append(claim)
        self._seen = seen
        return found


def stored_in(store: ObjectStore, drawing: str) -> StoredDrawing | None:
    """The drawing that the store has under this id; None without one, and for a damaged one, which is written anew.

    Raises:
        StoreError: the store failed.
    """
    try:
        return parse_stored_drawing(store.get(drawing_key(drawing)))
    except (NoSuchObject, BadStoredDrawing):
        return None


def has_tombstone(store: ObjectStore, drawing: str) -> bool:
    """True where the drawing was deleted.

    Raises:
        StoreError: the store failed.
    """
    try:
        store.get(tombstone_key(drawing))
    except NoSuchObject:
        return False
    return True


def _parse(key: str, body: bytes) -> list[Claim]:
    try:
        record = json.loads(body)
        return [
            Claim(str(one["received_at"]), str(one["contributor"]), str(one["drawing"])) for one in record["claims"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        log.warning("%s is damaged and ignored: %s", key, type(error).__name__)
        return []
