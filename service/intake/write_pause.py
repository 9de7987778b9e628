"""Holds contributions back while writes to the spool fail, and logs when that begins, changes and ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from collector.spool.group_commit import SpoolError

REST_SECONDS = 0.25  # between attempts while writes fail; otherwise every waiting contribution would retry at once

log = logging.getLogger(__name__)


class WritePause:
    """For any thread. Never blocks on the disk."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: float | None = None  # by the clock, while writes fail
        self._lock = threading.Lock()
        self._trouble: str | None = None  # the last that was logged

    def may_try(self) -> bool:
        """True unless writes fail; then for one contribution per REST_SECONDS, which tries whether they still do."""
        with self._lock:
            if self._until is None:
                return True
            now = self._clock()
            if now < self._until:
                return False
            self._until = now + REST_SECONDS
            return True

    def written(self) -> None:
        """A contribution was written."""
        self._set(None)
        self._log(None)

    def refused(self, error: SpoolError) -> None:
        """The spool takes no more, though the disk works."""
        self._set(None)
        self._log(error)

    def failed(self, error: SpoolError) -> None:
        """A write failed."""
        self._set(self._clock() + REST_SECONDS)
        self._log(error)

    def _set(self, until: float | None) -> None:
        with self._lock:
            self._until = until

    def _log(self, error: SpoolError | None) -> None:
        """Only a change: a full disk refuses thousands of contributions a minute."""
        trouble = None if error is None else type(error).__name__
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if error is None:
            log.warning("contributions are accepted again")
        else:
            log.error("contributions are refused: %s", error)
