"""Keeps the profiles of the contributors who draw now: opens and closes them, follows changes, and bounds their size.

It follows other sockets and workers of this service through the spool, and other services through the store's index.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic

from collector.contribution.contribution import Contribution
from collector.moderation.moderation import Moderation
from collector.spool.changes import Position
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from collector.storage.object_store import ObjectStore, StoreError
from service.inference.live_models import ServedSource
from service.inference.served import Served
from service.personal.memories import DRAWINGS_MAX, Memories
from service.personal.own_drawings import OwnDrawing, OwnDrawings, own_drawing
from service.personal.profile import Profile
from service.personal.profile_sync import ProfileSync, behind_predictions

LOOK_SECONDS = 0.25  # between looks at the spool; another worker's drawings count within 1 s
RECHECK_SECONDS = 60.0  # between checks of the label filter's verdicts, a read of the store for each drawing
STORE_SECONDS = 5.0  # between looks at the store's index, for contributors who draw
WAIT_SECONDS = 0.5  # for which an acknowledgement or a deletion waits for a memory under construction
LOAD_SECONDS = 0.25  # for which a welcome waits for the contributor's drawings
THREADS = 4  # that build memories

log = logging.getLogger(__name__)


class Profiles:
    """`open`, `close` and `load` are for the event loop; all else blocks and is for other threads."""

    def __init__(
        self,
        live: ServedSource,
        spool: Spool,
        store: ObjectStore,
        max_bytes: int,
        clock: Callable[[], float] = monotonic,
        own: OwnDrawings | None = None,
        make_profile: Callable[[str, Callable[[Profile, str], None]], Profile] = Profile,
        drawings_max: int = DRAWINGS_MAX,
    ) -> None:
        """`own` finds a contributor's drawings, by default in spool and store; `make_profile` makes their profiles."""
        self._live = live
        self._spool = spool
        self._own = own or OwnDrawings(spool, store)
        self._make_profile = make_profile
        self._max_bytes = max_bytes
        self._clock = clock
        self._profiles: OrderedDict[str, Profile] = OrderedDict()  # the least recently used first
        self._profiles_lock = threading.Lock()
        self._memories = Memories(live, drawings_max)
        self._sync = ProfileSync(self._own, self._memories, drawings_max, clock)
        self._position: Position | None = None  # in the spool, up to which changes are known
        self._position_lock = threading.Lock()
        self._builders = ThreadPoolExecutor(THREADS, "personal", initializer=behind_predictions)
        self._stop_listening = live.listen(self._models_changed)

    # For the event loop

    def open(self, contributor: str, families: Collection[str]) -> Profile:
        """The contributor's profile, for one more socket; begins to load their drawings for these families."""
        with self._profiles_lock:
            profile = self._profiles.setdefault(contributor, self._make_profile(contributor, self._want))
            self._profiles.move_to_end(contributor)
            profile.sockets += 1
        now = profile.used_at = self._clock()
        profile.families |= frozenset(families or self._likely_family())
        if now - profile.rechecked_at >= RECHECK_SECONDS:
            # Drawings that are read only now are checked then.
            profile.rechecked_at, profile.is_recheck_due = now, bool(profile.drawings)
        self._schedule(profile)
        return profile

    def close(self, profile: Profile) -> None:
        """One socket fewer. What is known of the contributor stays, as long as there is room."""
        with self._profiles_lock:
            profile.sockets -= 1
            if not profile.sockets and not profile.drawings:
                self._profiles.pop(profile.contributor, None)

    async def load(self, profile: Profile) -> None:
        """Waits until the drawings are in memory, but not for long: until then answers are plain."""
        if profile.loaded is not None and not profile.loaded.done():
            await asyncio.wait({asyncio.wrap_future(profile.loaded)}, timeout=LOAD_SECONDS)

    def _want(self, profile: Profile, family: str) -> None:
        profile.families |= {family}
        self._schedule(profile)

    def _likely_family(self) -> tuple[str, ...]:
        """The family that is likely to answer a client that names none; others are loaded for the first snapshot."""
        embedding = [each for each in self._live.current.predictors.values() if each.embeds]
        # Clients that know the path send it, and it costs the least to embed.
        return tuple(each.family for each in sorted(embedding, key=lambda each: each.encoding != "path48")[:1])

    # For the threads that accept and delete

    def accepted(self, contributor: str, contribution: Contribution, now: datetime) -> None:
        """Takes a drawing that is on disk into the memory, before its acknowledgement is sent."""
        profile = self._profiles.get(contributor)
        if profile is None or not profile.sockets:
            return
        if profile.lock.acquire(timeout=WAIT_SECONDS):
            try:
                self._sync.add(profile, [own_drawing(contribution, now)])
            finally:
                profile.lock.release()
            self._make_room()
        else:
            self._schedule(profile)

    def deleted(self, drawing: str) -> None:
        """Forgets a drawing whose deletion is on disk; no answer uses it after this returns."""
        for profile in list(self._profiles.values()):
            if drawing not in profile.drawings:
                continue
            profile.gone.add(drawing)  # a memory under construction is made again without it
            if profile.lock.acquire(timeout=WAIT_SECONDS):
                try:
                    self._memories.publish(profile)
                finally:
                    profile.lock.release()
            else:
                profile.memories = {}
                self._schedule(profile)

    def moderate(self, moderation: Moderation) -> None:
        """Takes operators' decisions: hidden drawings count no more, relabelled ones for their new label."""
        before, self._memories.moderation = self._memories.moderation, moderation
        relabelled = {drawing for drawing, _ in before.labels.items() ^ moderation.labels.items()}
        changed, contributors = before.hidden ^ moderation.hidden | relabelled, before.blocked ^ moderation.blocked
        for profile in list(self._profiles.values()):
            if profile.contributor not in contributors and changed.isdisjoint(profile.drawings):
                continue
            if profile.lock.acquire(timeout=WAIT_SECONDS):
                try:
                    self._memories.publish(profile)
                finally:
                    profile.lock.release()
            else:  # a memory under construction is made again
                profile.memories = {}
                self._schedule(profile)

    # In the background

    def run(self, stop: threading.Event) -> None:
        """Follows spool and store until `stop` is set; runs in its own thread."""
        while not stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:
                log.exception("following contributors' drawings failed")

    def look(self) -> None:
        """Takes in what other sockets and workers did, and looks at the store's index where that is due."""
        profiles = list(self._profiles.values())
        if not profiles:
            return
        self._follow_spool()  # also for those without a socket: what was deleted must not be there at the next one
        now = self._clock()
        for profile in profiles:
            if profile.is_used and profile.sockets:
                profile.is_used, profile.used_at = False, now
                with self._profiles_lock:
                    if profile.contributor in self._profiles:
                        self._profiles.move_to_end(profile.contributor)
                if now - profile.synced_at >= STORE_SECONDS:
                    self._schedule(profile)

    def stop(self) -> None:
        """Ends the threads; work that has not begun is dropped."""
        self._stop_listening()
        self._builders.shutdown(wait=False, cancel_futures=True)
        self._sync.stop()

    @property
    def bytes(self) -> int:
        return sum(profile.bytes for profile in list(self._profiles.values()))

    def of(self, contributor: str) -> list[str]:
        """The ids of the contributor's drawings that are in memory now."""
        profile = self._profiles.get(contributor)
        return [] if profile is None else list(profile.drawings)

    def _models_changed(self, before: Served, after: Served) -> None:
        if before.predictors == after.predictors:
            return
        self._memories.forget_models(after)
        for profile in list(self._profiles.values()):
            if profile.sockets:
                self._schedule(profile)

    def _schedule(self, profile: Profile) -> None:
        with self._profiles_lock:
            profile.is_stale = True
            if profile.is_syncing:
                return  # it begins anew
            profile.is_syncing = True
            try:
                profile.loaded = self._builders.submit(self._synchronise, profile)
            except RuntimeError:  # the service stops
                return

    def _begin_to_follow(self) -> None:
        with self._position_lock:
            if self._position is None:
                self._position = self._spool.changes(None).position

    def _follow_spool(self) -> None:
        try:
            with self._position_lock:
                changes = self._spool.changes(self._position)
                self._position = changes.position
        except SpoolError as error:
            log.debug("the spool's changes can't be read: %s", error)
            return
        for drawing in changes.deleted:
            self.deleted(drawing)
        new: dict[str, list[str]] = defaultdict(list)
        for drawing, contributor in changes.accepted:
            new[contributor].append(drawing)
        for contributor, drawings in new.items():
            profile = self._profiles.get(contributor)
            if profile is not None and profile.sockets:
                self._follow_accepted(profile, [drawing for drawing in drawings if drawing not in profile.drawings])

    def _follow_accepted(self, profile: Profile, drawings: Sequence[str]) -> None:
        """Takes in what the spool holds at once, whatever the store does; the rest has been uploaded already."""
        read = [self._read_waiting(drawing, profile.contributor) for drawing in drawings]
        found = [drawing for drawing in read if drawing is not None]
        if found:
            with profile.lock:
                self._sync.add(profile, found)
            self._make_room()
        if len(found) < len(drawings):
            self._schedule(profile)

    def _read_waiting(self, drawing: str, contributor: str) -> OwnDrawing | None:
        try:
            return self._own.read_waiting(drawing, contributor)
        except SpoolError:
            return None

    def _synchronise(self, profile: Profile) -> None:
        """Brings the profile in line with spool and store; again if it was asked for meanwhile."""
        while True:
            with self._profiles_lock:
                if not profile.is_stale:
                    profile.is_syncing = False
                    return
                profile.is_stale = False
            self._synchronise_once(profile)

    def _synchronise_once(self, profile: Profile) -> None:
        try:
            if profile.sockets:
                if self._memories.models_for(profile):
                    self._begin_to_follow()  # before the rows are read: what comes later is a change
                    self._sync.bring_up_to_date(profile)
                self._make_room()
        except (SpoolError, StoreError) as error:
            log.debug("a contributor's drawings can't be read now: %s", error)
        except Exception:
            log.exception("a contributor's drawings were not taken into memory")

    def _make_room(self) -> None:
        """Forgets the least recently used until what remains fits; those without a socket first."""
        while self.bytes > self._max_bytes:
            with self._profiles_lock:
                profiles = [profile for profile in self._profiles.values() if profile.drawings or not profile.sockets]
                if not profiles:
                    return
                profile = min(profiles, key=lambda each: (each.sockets > 0, each.used_at))
                if not profile.sockets:
                    del self._profiles[profile.contributor]
            # While a socket sends snapshots, the next look at the store loads it again.
            with profile.lock:
                profile.memories, profile.drawings, profile.order = {}, {}, {}
