"""Follows the symbol sets of a store: each gets a spool, models and memories of its own while the service runs."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import wait
from contextlib import ExitStack

from collector.contribution.contributor import OPERATOR, key_of_set
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import DEFINITION, store_of, stored_sets, write_set
from collector.symbols.symbol_set import PLACES_MAX, BadSymbols, SymbolSet
from collector.upload.set_uploads import set_spool_file
from service.intake.blocked import BlockedContributors
from service.intake.elsewhere import Elsewhere
from service.intake.intake import Intake
from service.intake.receipts import Receipts
from service.intake.storage_health import StorageHealth
from service.intake.storage_pool import StoragePool
from service.personal.memories import DRAWINGS_MAX
from service.personal.memory import Memory
from service.personal.profile import Profile
from service.personal.profiles import Profiles
from service.sets.examples import ExampleDrawings
from service.sets.models import SetModels
from service.sets.predictor import EXAMPLES, ModelKey
from service.sets.profile import SetProfile
from service.sets.running_set import RunningSet
from service.sets.scope import SetScope
from service.sets.sets import Sets
from service.settings import Settings
from training.models.artifact import Artifact, BadArtifact
from training.models.card_json import BadCard
from training.models.registry import Registry, RegistryError

EXAMPLES_SECONDS = 2.0  # for which a new set waits for its examples
POLL_SECONDS = 2.0  # between looks at the store: a new or changed set is served within this and the time to load it
OWN_EXAMPLES_OF_A_CLASS = 5  # drawings that a memory keeps of each class, beyond those of ten

log = logging.getLogger(__name__)


class StoredSets(Sets):
    """Finds the sets in a store, and runs each."""

    def __init__(
        self, digits: SetScope, store: ObjectStore, settings: Settings, key: bytes, shipped: Registry, pool: StoragePool
    ) -> None:
        super().__init__(digits)
        self._store = store
        self._settings = settings
        self._key = key
        self._pool = pool
        self._none_shipped = Registry(MemoryStore())
        self._embedding = _with_embedding(shipped)
        self._poll_lock = threading.Lock()
        self._copies = FolderStore(settings.var)  # of the definitions, for a start while the store is away
        self.polled = threading.Event()  # set after the first poll, successful or not

    def run(self, stop: threading.Event) -> None:
        """Polls until `stop` is set; runs in its own thread."""
        while not stop.is_set():
            try:
                self.poll()
            except Exception:
                log.exception("looking for symbol sets failed")
            self.polled.set()
            stop.wait(POLL_SECONDS)

    def poll(self) -> None:
        """Looks once for new, changed and retired sets, and for their models."""
        with self._poll_lock:  # the operator's calls poll too, so that what they change holds when they are answered
            found = {symbols.id: symbols for symbols in self._read()}
            for set_id, symbols in found.items():
                running = self._running.get(set_id)
                if running is None:
                    self._begin(symbols)
                else:
                    running.models.define(symbols)
                    running.models.poll()
                    _compare_by_all(running)
            for set_id in set(self._running) - set(found):
                self._end(self._running.pop(set_id))
                self._forget(set_id)
                log.info("set %s is no longer served", set_id)

    def _read(self) -> list[SymbolSet]:
        """The sets of the store; while it is away those that run, at a start those of which there is a copy here."""
        try:
            found = stored_sets(self._store)
        except StoreError as error:
            log.debug("the symbol sets can't be read: %s", error)
            return [each.models.symbols for each in self._running.values()] or stored_sets(self._copies)
        for symbols in found:
            running = self._running.get(symbols.id)
            if running is None or running.models.symbols != symbols:
                self._remember(symbols)
        return found

    def _remember(self, symbols: SymbolSet) -> None:
        try:
            write_set(self._copies, symbols)
        except (StoreError, BadSymbols) as error:
            log.warning("no copy of the definition of set %s was kept: %s", symbols.id, error)

    def _forget(self, set_id: str) -> None:
        try:
            store_of(self._copies, set_id).delete(DEFINITION)
        except StoreError as error:
            log.warning("the copy of the definition of set %s was not removed: %s", set_id, error)

    def create(self, symbols: SymbolSet) -> None:
        write_set(self._store, symbols)
        self.poll()

    def look(self) -> None:
        """Takes in what other sockets, workers and services gave to the sets."""
        for running in list(self._running.values()):
            running.operator.is_used = True  # its examples answer everybody
            running.profiles.look()
            running.blocked.keep_fresh()

    def run_profiles(self, stop: threading.Event, seconds: float) -> None:
        """Looks again and again until `stop` is set; runs in its own thread."""
        while not stop.wait(seconds):
            try:
                self.look()
            except Exception:
                log.exception("following the drawings of symbol sets failed")

    def close(self) -> None:
        """Ends every set; none may be in use."""
        while self._running:
            self._end(self._running.popitem()[1])

    def _begin(self, symbols: SymbolSet) -> None:
        try:
            with ExitStack() as undo:
                spool = Spool(
                    set_spool_file(self._settings.var, symbols.id), self._settings.spool_bytes, labels=PLACES_MAX
                )
                undo.callback(spool.close)
                running = self._make(symbols, spool)
                undo.pop_all()
        except (SpoolError, OSError) as error:
            log.warning("set %s is not served yet: %s", symbols.id, error)
            return
        running.models.poll()
        if running.operator.loaded is not None:  # clients that learn of the set get answers by its examples
            wait({running.operator.loaded}, EXAMPLES_SECONDS)
        running.models.listen(self.changed)
        self._running[symbols.id] = running
        log.info("serving set %s of %d classes", symbols.id, len(symbols.shown))

    def _make(self, symbols: SymbolSet, spool: Spool) -> RunningSet:
        part, key = store_of(self._store, symbols.id), key_of_set(self._key, symbols.id)
        holder: list[Profile] = []  # the operator's profile needs the models, and they need the profile

        def shared(model: ModelKey) -> Memory | None:
            return holder[0].memories.get(model) if holder else None

        models = SetModels(part, symbols, self._embedding, shared, self._none_shipped)
        own = ExampleDrawings(spool, part, lambda: models.symbols)
        drawings_max = max(DRAWINGS_MAX, OWN_EXAMPLES_OF_A_CLASS * len(symbols.classes))
        profiles = Profiles(
            models, spool, part, max(self._settings.personal_bytes, 2**22), own=own, make_profile=SetProfile,
            drawings_max=drawings_max,
        )  # fmt: skip
        operator = profiles.open(OPERATOR, tuple(EXAMPLES.values()))
        holder.append(operator)
        elsewhere = None if isinstance(self._store, MemoryStore) else Elsewhere(part)
        blocked = BlockedContributors(part, listener=profiles.moderate)
        intake = Intake(
            spool, key, health=StorageHealth(spool, self._settings.var), pool=self._pool, listener=profiles.accepted,
            symbols=lambda: models.symbols, elsewhere=elsewhere, is_blocked=blocked.is_blocked,
        )  # fmt: skip
        receipts = Receipts(spool, part, key, listener=profiles.deleted)
        visitors = profiles if self._settings.personal_bytes else None
        scope = SetScope(models, models.registry, intake, receipts, visitors)
        return RunningSet(scope, models, spool, profiles, operator, elsewhere, blocked)

    def _end(self, running: RunningSet) -> None:
        running.profiles.stop()
        if running.elsewhere is not None:
            running.elsewhere.stop()
        running.spool.close()


def _compare_by_all(running: RunningSet) -> None:
    """Has the operator's examples seen by the set's own models too."""
    predictors = running.models.current.predictors.values()
    families = frozenset(each.family for each in predictors if each.embeds)
    if not families <= running.operator.families:
        running.profiles.open(OPERATOR, families)


def _with_embedding(shipped: Registry) -> list[Artifact]:
    """The shipped models whose embeddings examples are compared by."""
    found = []
    for family in shipped.families():
        try:
            champion = shipped.champion(family)
            artifact = None if champion is None else shipped.load(family, champion.version)
        except (RegistryError, BadCard, BadArtifact, StoreError) as error:
            log.warning("no examples by %s: %s", family, error)
            continue
        if artifact is not None and artifact.card.encoding in EXAMPLES:
            found.append(artifact)
    return found
