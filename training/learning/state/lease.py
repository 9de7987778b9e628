"""One trainer at a time on a store, by a lease in `trainer/lease.json`; needs no conditional writes.

A trainer that wants the lease writes its name into the object, waits SETTLE_SECONDS, and has the lease if its name is
still there (Fischer's algorithm). It repeats the object, with a rising count, every BEAT_SECONDS. A lease whose count
stands still for EXPIRY_SECONDS, by the reader's own clock, belongs to a trainer that died. Each lease has a number
higher than all before it (a fencing number), which every version and pointer carries.

The limits: a put that takes longer than SETTLE_SECONDS does not count for whoever made it; a process that is suspended
in the middle of a put, for longer than EXPIRY_SECONDS, may complete it beside its successor. Versions and shards are
named by content, so that such a put can only repeat or add an object, or point at a version of a lower number.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from collector.contribution.layout import TRAINER_LEASE
from collector.storage.object_store import NoSuchObject, ObjectStore

FORMAT = 1
BEAT_SECONDS = 3.0
HELD_SECONDS = 12.0  # after the last beat that was seen in the store; then nothing more is written
EXPIRY_SECONDS = 30.0  # above HELD_SECONDS and the longest time of a put, 14 s for S3
SETTLE_SECONDS = 1.0
LOOK_SECONDS = 0.5  # between looks at another's lease

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another trainer has the lease, or the store could not confirm this one's; nothing more may be written."""


class LeaseHeld(Exception):
    """Another trainer has the lease and is alive; the message says which."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One trainer's hold on the store; `count` rises while it lives, `number` is above that of every lease before."""

    number: int
    holder: str  # random, of one process
    what: str  # the command, for people
    host: str
    process: int
    place: str  # this machine since its start, and the namespace of `process`; empty where unknown
    count: int = 0
    is_released: bool = False

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}).encode()

    @property
    def who(self) -> str:
        return f"`{self.what}` (process {self.process} on {self.host})"


class TrainerLease:
    """`hold` keeps the lease while its block runs; `check` is for any thread."""

    def __init__(self, store: ObjectStore, what: str, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._own = Lease(
            0, secrets.token_hex(16), what, socket.gethostname(), os.getpid(), _place(), count=0, is_released=False
        )
        self._confirmed_at: float | None = None

    @property
    def number(self) -> int:
        """The fencing number of the lease that is held, or was held last."""
        return self._own.number

    @property
    def is_held(self) -> bool:
        """True while this trainer may write."""
        confirmed_at = self._confirmed_at
        return confirmed_at is not None and self._clock() - confirmed_at <= HELD_SECONDS

    def check(self) -> None:
        """Returns while the lease is held.

        Raises:
            LeaseLost: it is not, or the store has not confirmed it for HELD_SECONDS.
        """
        if not self.is_held:
            raise LeaseLost("this trainer no longer has the store's lease")

    @contextmanager
    def hold(self, stop: threading.Event, wait: bool) -> Iterator[bool]:
        """Keeps the lease until the block ends; the value is false after `stop`.

        Args:
            stop: ends the wait for another trainer.
            wait: whether to wait for a trainer that is alive to end.

        Raises:
            LeaseHeld: another trainer has it and is alive, and `wait` is false.
            StoreError: the store failed.
        """
        if not self._acquire(stop, wait):
            yield False
            return
        ended = threading.Event()
        beating = threading.Thread(target=self._beat, args=(ended,), name="lease", daemon=True)
        beating.start()
        try:
            yield True
        finally:
            ended.set()
            beating.join()
            self._release()

    def _acquire(self, stop: threading.Event, wait: bool) -> bool:
        seen: tuple[Lease | None, float] | None = None
        is_told = False
        while not stop.is_set():
            asked = self._clock()
            found = self._read()
            if seen is None or seen[0] != found:
                if seen is not None and found is not None and not wait and _is_same(seen[0], found):
                    raise LeaseHeld(f"the trainer {found.who} has this store; stop it first, or train elsewhere")
                seen = found, self._clock()
            if found is None or found.is_released or _is_dead(found) or self._clock() - seen[1] > EXPIRY_SECONDS:
                if self._take(0 if found is None else found.number, asked, stop):
                    return True
                seen = None
                continue
            if not is_told:
                is_told = True
                aim = "waiting for its end" if wait else "looking whether it is alive"
                log.warning("the trainer %s has this store; %s", found.who, aim)
            stop.wait(LOOK_SECONDS)
        return False

    def _take(self, before: int, begun: float, stop: threading.Event) -> bool:
        """Puts this trainer into the object, read at `begun`; true if it is still there after SETTLE_SECONDS."""
        own = replace(self._own, number=before + 1, count=0, holder=secrets.token_hex(16))
        self._store.put(TRAINER_LEASE, own.to_json())
        if self._clock() - begun > SETTLE_SECONDS / 2:
            log.warning("the store took %.1f s for the trainer's lease; trying again", self._clock() - begun)
            stop.wait(SETTLE_SECONDS)
            return False
        if stop.wait(SETTLE_SECONDS):
            return False
        asked = self._clock()
        if self._read() != own:
            return False
        self._own, self._confirmed_at = own, asked
        return True

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(BEAT_SECONDS):
            asked = self._clock()
            try:
                found = self._read()
                if found is None or found.holder != self._own.holder:
                    log.warning("another trainer took the store's lease: %s", "none" if found is None else found.who)
                    self._confirmed_at = None
                    return
                self.check()
                own = replace(self._own, count=self._own.count + 1)
                self._store.put(TRAINER_LEASE, own.to_json())
            except LeaseLost:
                self._confirmed_at = None
                return
            except Exception as error:  # HTTP clients have raised AttributeError for a broken answer
                log.debug("the lease was not repeated: %s", error)
            else:
                self._own, self._confirmed_at = own, asked

    def _release(self) -> None:
        try:
            self.check()
            if (found := self._read()) is not None and found.holder == self._own.holder:
                self._store.put(TRAINER_LEASE, replace(self._own, is_released=True).to_json())
        except Exception as error:  # it expires
            log.debug("the lease was not released: %s", error)
        self._confirmed_at = None

    def _read(self) -> Lease | None:
        try:
            return _parse(self._store.get(TRAINER_LEASE))
        except NoSuchObject:
            return None


class LeasedStore:
    """The store for a trainer that has the lease: every write raises LeaseLost once it has it no more."""

    def __init__(self, store: ObjectStore, lease: TrainerLease) -> None:
        self._store = store
        self._lease = lease

    def put(self, key: str, body: bytes) -> None:
        self._lease.check()
        self._store.put(key, body)

    def get(self, key: str) -> bytes:
        return self._store.get(key)

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        return self._store.keys(prefix, after)

    def delete(self, key: str) -> None:
        self._lease.check()
        self._store.delete(key)


def _parse(body: bytes) -> Lease | None:
    """A damaged lease counts as none: the next holder writes it anew."""
    try:
        record: dict[str, Any] = json.loads(body)
        if record.pop("format") != FORMAT:
            raise LeaseHeld(f"{TRAINER_LEASE} is of a later release; update this one")
        texts = {name: str(record[name])[:200] for name in ("holder", "what", "host", "place")}
        numbers = {name: int(record[name]) for name in ("number", "process", "count")}
        return Lease(**texts, **numbers, is_released=record["is_released"] is True)  # type: ignore[arg-type]  # names of texts and numbers
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        log.warning("%s is damaged and starts anew: %s", TRAINER_LEASE, type(error).__name__)
        return None


def _is_same(before: Lease | None, now: Lease) -> bool:
    """True for two beats of one trainer: it is alive."""
    return before is not None and before.holder == now.holder and not now.is_released


def _is_dead(lease: Lease) -> bool:
    """True for a process of this machine that has ended, which need not be waited for."""
    if not lease.place or lease.place != _place():
        return False
    try:
        os.kill(lease.process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    if sys.platform != "linux":
        return ""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
