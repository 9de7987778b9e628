"""Ends a replica whose contributor key is not the store's; does not wait for a store that is away."""

from __future__ import annotations

import logging
import os
import signal
import threading

from collector.storage.object_store import ObjectStore
from collector.storage.shared_key import OtherKey, agree_on_key

WAIT_SECONDS = 0.5  # at the start for the store's answer; then serving begins, and uploads wait for it
RETRY_SECONDS = 2.0
AGAIN_SECONDS = 2.0  # after the first answer: of two first replicas with different keys, one finds the other's then

log = logging.getLogger(__name__)


class KeyGuard:
    """Compares in a thread of its own; `check` raises what that found."""

    def __init__(self, store: ObjectStore, key: bytes, stop: threading.Event) -> None:
        self._store = store
        self._key = key
        self._stop = stop
        self._answered = threading.Event()
        self._serving = False
        self.error: OtherKey | None = None

    def run(self) -> None:
        """Asks until the store has answered twice, or `stop`."""
        answers = 0
        while answers < 2 and self.error is None and not self._stop.is_set():
            try:
                agree_on_key(self._store, self._key)
            except OtherKey as error:
                self.error = error
                self._end()
            except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
                log.debug("the store's key fingerprint can't be read: %s", error)
                self._stop.wait(RETRY_SECONDS)
                continue
            answers += 1
            self._answered.set()
            self._stop.wait(AGAIN_SECONDS)

    def check(self, seconds: float = 0.0) -> None:
        """Waits for the first answer, but not for longer.

        Raises:
            OtherKey: the store belongs to services with another key.
        """
        self._answered.wait(seconds)
        if self.error is not None:
            raise self.error
        self._serving = True

    def _end(self) -> None:
        self._answered.set()
        if self._serving:
            os.kill(os.getpid(), signal.SIGTERM)
