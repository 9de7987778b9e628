"""Brings one contributor's profile in line with the spool and the store. Blocks: for other threads than the loop's."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep

from collector.spool.group_commit import SpoolError
from collector.storage.object_store import StoreError
from service.admission.token_bucket import TokenBucket
from service.personal.gain import measure_gain
from service.personal.memories import Memories
from service.personal.own_drawings import OwnDrawing, OwnDrawings
from service.personal.profile import Profile

LISTINGS_PER_SECOND = 50.0  # of the store's index, for all contributors: stores charge for them
READERS = 8  # threads that read drawings from the store
NICENESS = 10  # of these threads; predictions come first


class ProfileSync:
    """Thread-safe."""

    def __init__(self, own: OwnDrawings, memories: Memories, drawings_max: int, clock: Callable[[], float]) -> None:
        self._own = own
        self._memories = memories
        self._drawings_max = drawings_max
        self._clock = clock
        self._listings = TokenBucket(LISTINGS_PER_SECOND)
        self._listings_lock = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, "personal-read", initializer=behind_predictions)

    def stop(self) -> None:
        """Ends the threads; reads that have not begun are dropped."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def bring_up_to_date(self, profile: Profile) -> None:
        """Takes in the contributor's drawings, takes out those that are gone, and measures the gain.

        Raises:
            SpoolError, StoreError: not all of it can be read now; the rest is taken in.
        """
        if profile.is_recheck_due:
            profile.rejected.clear()
        in_spool = self._own.in_spool(profile.contributor, 2 * self._drawings_max)
        self._take_in(profile, [drawing for drawing, waits in in_spool.items() if waits])
        profile.synced_at = self._clock()  # also after a failure, so that a store that is down is not asked more often
        self._wait_for_listing()
        listed = self._own.in_index(profile.contributor)
        self._take_in(profile, list(dict.fromkeys([*in_spool, *listed]))[: 2 * self._drawings_max])
        self._take_out(profile, {*listed, *(drawing for drawing, waits in in_spool.items() if waits)})
        models = self._memories.models_for(profile)
        primary = next((profile.memories[each.key] for each in models if each.key in profile.memories), None)
        if primary is not None and primary is not profile.measured:
            profile.gain, profile.measured = measure_gain(primary), primary

    def add(self, profile: Profile, drawings: Iterable[OwnDrawing]) -> None:
        """Takes drawings into the memories; with the profile's lock."""
        for drawing in drawings:
            profile.drawings.setdefault(drawing.id, drawing)
            # After it is in place: a deletion that this does not see finds it there.
            if self._own.was_deleted(drawing.id):
                profile.gone.add(drawing.id)
        self._memories.publish(profile)

    def _wait_for_listing(self) -> None:
        with self._listings_lock:
            while not self._listings.take():
                sleep(self._listings.wait())

    def _take_in(self, profile: Profile, drawings: Sequence[str]) -> None:
        new = [
            each for each in drawings if each not in profile.drawings and each not in profile.rejected | profile.gone
        ]
        read = list(self._readers.map(lambda drawing: self._read(drawing, profile.contributor), new))
        errors = [found for found in read if isinstance(found, Exception)]
        with profile.lock:
            profile.rejected.update(drawing for drawing, found in zip(new, read, strict=True) if found is None)
            self.add(profile, [found for found in read if isinstance(found, OwnDrawing)])
        if errors:
            raise errors[0]

    def _read(self, drawing: str, contributor: str) -> OwnDrawing | SpoolError | StoreError | None:
        try:
            return self._own.read(drawing, contributor)
        except (SpoolError, StoreError) as error:
            return error

    def _take_out(self, profile: Profile, known: Collection[str]) -> None:
        """Removes drawings that were deleted elsewhere, and those that the label filter has rejected since."""
        drawings = list(profile.drawings.values())
        gone = [drawing.id for drawing in drawings if drawing.id not in known and not self._own.exists(drawing.id)]
        rejected: list[str] = []
        if profile.is_recheck_due:
            profile.is_recheck_due = False
            verdicts = self._readers.map(self._own.is_rejected, drawings)
            rejected = [drawing.id for drawing, verdict in zip(drawings, verdicts, strict=True) if verdict]
        profile.gone.update(gone)
        with profile.lock:
            profile.rejected.update(rejected)
            if gone or rejected:
                self._memories.publish(profile)


def behind_predictions() -> None:
    """Lowers the priority of the thread that calls it."""
    if sys.platform == "linux":  # elsewhere niceness is the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
