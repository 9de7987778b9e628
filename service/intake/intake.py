"""Accepts contributions from websocket and HTTP: checks them, writes them to the spool and builds the reply."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, thread_time
from typing import Any

from collector.contribution.contribution import BadContribution, Contribution, parse_contribution
from collector.contribution.contributor import BadToken, contributor_id, stored_use, use_of
from collector.contribution.receipt import receipt_for
from collector.contribution.sample_check import check_samples
from collector.spool.counts import Counts
from collector.spool.deletions import WasDeleted
from collector.spool.drawings import Acknowledgement, Progress
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool, SpoolFull
from collector.symbols.symbol_set import DIGITS, SymbolSet
from collector.tracing import span
from service.intake.elsewhere import Elsewhere
from service.intake.storage_health import StorageHealth
from service.intake.storage_pool import StorageBusy, StoragePool
from service.intake.write_pause import WritePause
from service.wire.schemas import Accepted, ContributionCounts, RefusalCode, Refused

Listener = Callable[[str, Contribution, datetime], None]  # the contributor's hash, the drawing, when it came

log = logging.getLogger(__name__)

MAX_ID = 64  # characters of an invalid id that are echoed, so that its sender can identify the contribution
COUNTS_SECONDS = 0.25  # for which a welcome waits for the disk; then it shows the last known counts
BLOCKED = "this service's operator does not accept drawings from this browser any more; earlier ones are not used"
UPLOADS_DELAYED = "New drawings are safe with the service, but their way to the store is blocked at the moment."


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SpoolState:
    """The spool's contents at one moment."""

    progress: Progress
    by_label: tuple[int, ...]  # drawings kept, of each class
    quarantined: int
    trouble: str  # of disk and uploads; empty without any


class Intake:
    """`take` and `show_counts` are for the event loop; all else blocks on the disk, in `pool`."""

    def __init__(
        self,
        spool: Spool,
        key: bytes,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = monotonic,
        health: StorageHealth | None = None,
        pool: StoragePool | None = None,
        listener: Listener = lambda _contributor, _contribution, _now: None,
        elsewhere: Elsewhere | None = None,
        is_blocked: Callable[[str], bool] = lambda _contributor: False,
        symbols: Callable[[], SymbolSet] = lambda: DIGITS,
    ) -> None:
        """`listener` is called with each new drawing once it is on disk, before its acknowledgement is sent.

        `elsewhere` looks in the store for ids that this service's spool does not know. `is_blocked` is asked with the
        contributor's hash. `symbols` is the set that the spool is of, as it is now.
        """
        self._symbols = symbols
        self.pool = pool or StoragePool()
        self._health = health
        self._spool = spool
        self._key = key
        self._listener = listener
        self._elsewhere = elsewhere
        self._is_blocked = is_blocked
        self._now = now
        self._pause = WritePause(clock)
        self._last_counts = ContributionCounts(total=0, yours=0, by_label=[0] * len(symbols().shown))

    async def take(
        self, record: dict[str, Any], spend: Callable[[float], None] = lambda _seconds: None
    ) -> Accepted | Refused:
        """`accept` in the pool; `busy` when too many calls wait for the disk. `spend` gets its processor time."""
        # Parsing and packing contributions that can't be stored would slow down predictions.
        if not self._pause.may_try():
            return _disk_failed(record)
        seconds = 0.0

        def accept() -> Accepted | Refused:
            nonlocal seconds
            before = thread_time()
            try:
                return self.accept(record)
            finally:
                seconds = thread_time() - before

        try:
            return await self.pool.run(accept)
        except StorageBusy as error:
            return _refused(record, "busy", f"{error}; try again later", retry=True)
        finally:
            spend(seconds)

    def contributor_of(self, token: str) -> str:
        """The hash of the contributor whose browser sends this token."""
        return contributor_id(self._key, token)

    async def show_counts(self, contributor: str | None = None) -> ContributionCounts:
        """`counts` in the pool, or the last known ones when the disk takes too long."""
        try:
            async with asyncio.timeout(COUNTS_SECONDS):
                return await self.pool.run(lambda: self._counts_of(contributor))
        except (TimeoutError, StorageBusy):
            return self._last_counts.model_copy(update={"yours": 0})

    def accept(self, record: dict[str, Any]) -> Accepted | Refused:
        """Stores the contribution. `Accepted` is returned after it is on disk."""
        try:
            contribution = parse_contribution(record, self._symbols())
        except BadContribution as error:
            return _refused(record, "bad_contribution", str(error), retry=False)
        with span("contribution", contribution.id, set=contribution.symbol_set) as traced:
            reply = self._accept_parsed(record, contribution)
            duplicate = isinstance(reply, Accepted) and reply.duplicate
            traced.set(outcome="duplicate" if duplicate else "accepted" if isinstance(reply, Accepted) else reply.code)
            return reply

    def _accept_parsed(self, record: dict[str, Any], contribution: Contribution) -> Accepted | Refused:
        try:
            contributor = contributor_id(self._key, contribution.contributor)
            # Who resends a drawing that was accepted gets its receipt, and so can delete it.
            if self._is_blocked(contributor) and self._spool.owner(contribution.id) != contributor:
                return _refused(record, "blocked", BLOCKED, retry=False)
            check_samples(contribution)
            now = self._now()
            stored = self._accept(contribution, contributor, now)
        except (BadContribution, BadToken) as error:
            return _refused(record, "bad_contribution", str(error), retry=False)
        except WasDeleted as error:
            return _refused(record, "deleted", f"{error} and can't be contributed again", retry=False)
        except SpoolFull as error:
            self._pause.refused(error)
            return _refused(record, "spool_full", "the spool is full; try again later", retry=True)
        except SpoolError as error:
            self._pause.failed(error)
            return _disk_failed(record)
        self._pause.written()
        if not stored.duplicate:
            self._listener(contributor, contribution, now)
        return Accepted(
            id=stored.id,
            use=stored_use(stored.use),
            duplicate=stored.duplicate,
            # Ids are public: resending another contributor's id must not give access to the drawing.
            receipt=receipt_for(self._key, stored.id, contributor) if stored.yours else None,
            contributions=self._counts_of(contributor),
        )

    def _accept(self, contribution: Contribution, contributor: str, now: datetime) -> Acknowledgement:
        """Writes to the spool, unless the id is in the store: brought there by another replica, or deleted at one."""
        if self._elsewhere is not None and self._spool.find(contribution.id) is None:
            try:
                owner = self._elsewhere.owner(contribution.id)
            except WasDeleted:
                if self._spool.owner(contribution.id) is not None:
                    self._spool.delete(contribution.id, now)  # this replica had uploaded it
                raise
            if owner is not None:
                return Acknowledgement(contribution.id, use_of(owner), duplicate=True, yours=owner == contributor)
        with span("spool"):
            return self._spool.accept(contribution, contributor, source="page", now=now)

    def counts(self, token: str | None = None) -> ContributionCounts:
        """Number of contributions: in total, by this token, and of each digit."""
        return self._counts_of(None if token is None else self.contributor_of(token))

    def trouble(self) -> str:
        """Troubles of disk and uploads that don't keep contributions from being accepted; empty without any."""
        return self._health.trouble() if self._health else ""

    def _visible_trouble(self) -> str:
        # Visitors get no reasons: those name files and servers of the operator.
        self.trouble()
        return UPLOADS_DELAYED if self._health and self._health.delays_uploads else ""

    def unusable(self) -> str:
        """The reason why contributions can't be stored; empty if they can."""
        try:
            self._spool.counts(None)
        except SpoolError as error:
            return f"the spool can't be used: {error}"
        return ""

    def spool_state(self) -> SpoolState:
        """The spool's contents now, for operators.

        Raises:
            SpoolError: the file can't be read.
        """
        quarantined, _ = self._spool.uploads.count_quarantined()
        return SpoolState(self._spool.uploads.progress(), self._spool.counts().by_label, quarantined, self.trouble())

    def _counts_of(self, contributor: str | None) -> ContributionCounts:
        try:
            counts = self._spool.counts(contributor)
        except SpoolError as error:
            # The counts are only shown on the page; predictions and replies work without them.
            log.warning("spool: %s", error)
            counts = Counts(total=0, yours=0, by_label=())
        shown = self._symbols().shown
        self._last_counts = ContributionCounts(
            total=counts.total,
            yours=counts.yours,
            by_label=[counts.by_label[place] if place < len(counts.by_label) else 0 for place in shown],
            trouble=self._visible_trouble(),
        )
        return self._last_counts


def busy(record: dict[str, Any]) -> Refused:
    """The reply when too many contributions are being stored for one socket."""
    return _refused(record, "busy", "too many contributions at once on one socket", retry=True)


def unknown_set(record: dict[str, Any]) -> Refused:
    """The reply to a contribution to a set that the service has not."""
    return _refused(record, "bad_contribution", "set is unknown here, expected the id of a symbol set", retry=False)


def _disk_failed(record: dict[str, Any]) -> Refused:
    return _refused(record, "busy", "the disk failed; try again later", retry=True)


def _refused(record: dict[str, Any], code: RefusalCode, message: str, retry: bool) -> Refused:
    given = record.get("id")
    # JSON may escape half a surrogate pair, which can't be encoded in UTF-8.
    name = given[:MAX_ID].encode(errors="replace").decode() if isinstance(given, str) else ""
    return Refused(id=name, code=code, message=message, retry=retry)
