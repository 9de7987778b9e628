"""Contributions taken in: checked, named by a keyed hash, put on disk, answered. The same for websocket and HTTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from collector.contribution.contribution import BadContribution, parse_contribution
from collector.contribution.contributor import BadToken, contributor_id, stored_use
from collector.contribution.receipt import receipt_for
from collector.spool.deletions import WasDeleted
from collector.spool.spool import Counts, Spool, SpoolError, SpoolFull

log = logging.getLogger(__name__)

Reply = dict[str, Any]
REST_SECONDS = 0.25  # between two tries while the disk refuses: those that wait come back all at once
MAX_ID = 64  # characters of an id that is no UUID, echoed so that its sender can tell which it was


def utc_now() -> datetime:
    return datetime.now(UTC)


class Intake:
    """All of it but `refuse_at_once` blocks on the disk: call it in a thread."""

    def __init__(
        self,
        spool: Spool,
        key: bytes,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._spool = spool
        self._key = key
        self._now = now
        self._clock = clock
        self._trouble: str | None = None  # what the log was last told of
        self._rest_until: float | None = None  # by the clock, while the disk refuses
        self._rest_lock = threading.Lock()

    def refuse_at_once(self, record: dict[str, Any]) -> Reply | None:
        """`busy` while the disk refuses, but for one contribution in REST_SECONDS, which tries it; blocks on nothing.

        Reading and packing what can't be kept would cost those who draw their predictions' pace.
        """
        with self._rest_lock:
            if self._rest_until is None:
                return None
            now = self._clock()
            if now >= self._rest_until:
                self._rest_until = now + REST_SECONDS
                return None
        return _no_disk(record)

    def accept(self, record: dict[str, Any]) -> Reply:
        """The answer to a contribution, `accepted` (then it is on disk) or `refused`."""
        try:
            contribution = parse_contribution(record)
            contributor = contributor_id(self._key, contribution.contributor)
            acknowledged = self._spool.accept(contribution, contributor, source="page", now=self._now())
        except (BadContribution, BadToken) as error:
            return _refused(record, "bad_contribution", str(error), retry=False)
        except WasDeleted as error:
            return _refused(record, "deleted", f"{error}, and does not come back", retry=False)
        except SpoolFull as error:
            self._note(error)
            self._rest(None)  # the disk has answered
            return _refused(record, "spool_full", "no room for more until what is kept has been uploaded", retry=True)
        except SpoolError as error:
            self._note(error)
            self._rest(self._clock() + REST_SECONDS)
            return _no_disk(record)
        self._note(None)
        self._rest(None)
        return {
            "type": "accepted",
            "id": acknowledged.id,
            "use": stored_use(acknowledged.use),
            "duplicate": acknowledged.duplicate,
            # Ids are public: who resends another's gets no power over it.
            "receipt": receipt_for(self._key, acknowledged.id) if acknowledged.yours else None,
            "contributions": self._counts_of(contributor),
        }

    def _rest(self, until: float | None) -> None:
        with self._rest_lock:
            self._rest_until = until

    def counts(self, token: str | None = None) -> Reply:
        """How many contributions there are: in all, by this token, and of each digit."""
        return self._counts_of(None if token is None else contributor_id(self._key, token))

    def trouble(self) -> str:
        """Why contributions can't be taken; empty when they can."""
        try:
            self._spool.counts(None)
        except SpoolError as error:
            return f"the spool can't be used: {error}"
        return ""

    def _note(self, error: SpoolError | None) -> None:
        """Tells the log when trouble begins, changes and ends: a full disk refuses thousands in a minute."""
        trouble = None if error is None else type(error).__name__
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if error is None:
            log.warning("contributions are taken again")
        else:
            log.error("contributions are refused: %s", error)

    def _counts_of(self, contributor: str | None) -> Reply:
        try:
            counts = self._spool.counts(contributor)
        except SpoolError as error:
            # Only a number on the page: predictions and the answer at hand go out all the same.
            log.warning("spool: %s", error)
            counts = Counts(total=0, yours=0, by_label=(0,) * 10)
        return {"total": counts.total, "yours": counts.yours, "by_label": list(counts.by_label)}


def busy(record: dict[str, Any]) -> Reply:
    """The answer when too many contributions are under way on one socket."""
    return _refused(record, "busy", "too many contributions at a time on one socket", retry=True)


def _no_disk(record: dict[str, Any]) -> Reply:
    return _refused(record, "busy", "it could not be put on disk just now", retry=True)


def _refused(record: dict[str, Any], code: str, message: str, retry: bool) -> Reply:
    given = record.get("id")
    # JSON may escape half a surrogate pair, which no answer in UTF-8 can hold.
    name = given[:MAX_ID].encode(errors="replace").decode() if isinstance(given, str) else ""
    return {"type": "refused", "id": name, "code": code, "message": message, "retry": retry}
