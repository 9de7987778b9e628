"""Accepts contributions from websocket and HTTP: checks them, writes them to the spool and builds the reply."""

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
from service.wire.schemas import Accepted, ContributionCounts, RefusalCode, Refused

log = logging.getLogger(__name__)

REST_SECONDS = 0.25  # between attempts while writes fail; otherwise every waiting contribution would retry at once
MAX_ID = 64  # characters of an invalid id that are echoed, so that its sender can identify the contribution


def utc_now() -> datetime:
    return datetime.now(UTC)


class Intake:
    """Every method but `refuse_at_once` blocks on the disk: call it in a thread."""

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
        self._trouble: str | None = None  # the last that was logged
        self._rest_until: float | None = None  # by the clock, while writes fail
        self._rest_lock = threading.Lock()

    def refuse_at_once(self, record: dict[str, Any]) -> Refused | None:
        """`busy` while writes fail, except for one contribution per REST_SECONDS, which tries again. Never blocks.

        Parsing and packing contributions that can't be stored would slow down predictions.
        """
        with self._rest_lock:
            if self._rest_until is None:
                return None
            now = self._clock()
            if now >= self._rest_until:
                self._rest_until = now + REST_SECONDS
                return None
        return _disk_failed(record)

    def accept(self, record: dict[str, Any]) -> Accepted | Refused:
        """Stores the contribution. `Accepted` is returned after it is on disk."""
        try:
            contribution = parse_contribution(record)
            contributor = contributor_id(self._key, contribution.contributor)
            stored = self._spool.accept(contribution, contributor, source="page", now=self._now())
        except (BadContribution, BadToken) as error:
            return _refused(record, "bad_contribution", str(error), retry=False)
        except WasDeleted as error:
            return _refused(record, "deleted", f"{error} and can't be contributed again", retry=False)
        except SpoolFull as error:
            self._note(error)
            self._rest(None)  # the disk works
            return _refused(record, "spool_full", "the spool is full; try again later", retry=True)
        except SpoolError as error:
            self._note(error)
            self._rest(self._clock() + REST_SECONDS)
            return _disk_failed(record)
        self._note(None)
        self._rest(None)
        return Accepted(
            id=stored.id,
            use=stored_use(stored.use),
            duplicate=stored.duplicate,
            # Ids are public: resending another contributor's id must not give access to the drawing.
            receipt=receipt_for(self._key, stored.id) if stored.yours else None,
            contributions=self._counts_of(contributor),
        )

    def _rest(self, until: float | None) -> None:
        with self._rest_lock:
            self._rest_until = until

    def counts(self, token: str | None = None) -> ContributionCounts:
        """Number of contributions: in total, by this token, and of each digit."""
        return self._counts_of(None if token is None else contributor_id(self._key, token))

    def trouble(self) -> str:
        """Why contributions can't be stored; empty if they can."""
        try:
            self._spool.counts(None)
        except SpoolError as error:
            return f"the spool can't be used: {error}"
        return ""

    def _note(self, error: SpoolError | None) -> None:
        """Logs only when trouble begins, changes and ends: a full disk refuses thousands of contributions a minute."""
        trouble = None if error is None else type(error).__name__
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if error is None:
            log.warning("contributions are accepted again")
        else:
            log.error("contributions are refused: %s", error)

    def _counts_of(self, contributor: str | None) -> ContributionCounts:
        try:
            counts = self._spool.counts(contributor)
        except SpoolError as error:
            # The counts are only shown on the page; predictions and replies work without them.
            log.warning("spool: %s", error)
            counts = Counts(total=0, yours=0, by_label=(0,) * 10)
        return ContributionCounts(total=counts.total, yours=counts.yours, by_label=list(counts.by_label))


def busy(record: dict[str, Any]) -> Refused:
    """The reply when too many contributions are being stored for one socket."""
    return _refused(record, "busy", "too many contributions at once on one socket", retry=True)


def _disk_failed(record: dict[str, Any]) -> Refused:
    return _refused(record, "busy", "the disk failed; try again later", retry=True)


def _refused(record: dict[str, Any], code: RefusalCode, message: str, retry: bool) -> Refused:
    given = record.get("id")
    # JSON may escape half a surrogate pair, which can't be encoded in UTF-8.
    name = given[:MAX_ID].encode(errors="replace").decode() if isinstance(given, str) else ""
    return Refused(id=name, code=code, message=message, retry=retry)
