"""Makes the parts of a running service from its settings, store, models and spool. Starts no thread of its own."""

from __future__ import annotations

from dataclasses import dataclass

from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import DIGITS_ID
from service.inference.live_models import LiveModels
from service.inference.shadow import ShadowTraffic
from service.intake.blocked import BlockedContributors
from service.intake.elsewhere import Elsewhere
from service.intake.intake import Intake
from service.intake.moderation import OperatorModeration
from service.intake.receipts import Receipts
from service.intake.storage_health import StorageHealth
from service.personal.profiles import Profiles
from service.sets.scope import SetScope
from service.sets.stored_sets import StoredSets
from service.settings import Settings
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that the application answers with, and those that follow the store in threads."""

    sets: StoredSets
    profiles: Profiles
    blocked: BlockedContributors
    moderation: OperatorModeration
    shadow: ShadowTraffic
    elsewhere: Elsewhere | None  # None for a store that no other process can write to

    def stop(self) -> None:
        """Ends the threads of the parts."""
        self.profiles.stop()
        self.sets.close()
        if self.elsewhere is not None:
            self.elsewhere.stop()


def make_parts(settings: Settings, store: ObjectStore, live: LiveModels, spool: Spool, key: bytes) -> Parts:
    shipped = Registry(FolderStore(FIRST_MODELS))
    profiles = Profiles(live, spool, store, settings.personal_bytes)
    blocked = BlockedContributors(store, listener=profiles.moderate)
    elsewhere = None if isinstance(store, MemoryStore) else Elsewhere(store)
    intake = Intake(
        spool,
        key,
        health=StorageHealth(spool, settings.var),
        listener=profiles.accepted,
        elsewhere=elsewhere,
        is_blocked=blocked.is_blocked,
    )
    receipts = Receipts(spool, store, key, listener=profiles.deleted)
    digits = SetScope(live, Registry(store), intake, receipts, profiles if settings.personal_bytes else None)
    sets = StoredSets(digits, store, settings, key, shipped, intake.pool)
    shadow = ShadowTraffic(
        store, settings.shadow_percent, lambda: ((scope.symbols.id, scope.live) for scope in sets.scopes)
    )
    moderation = moderation_of(store, sets, spool, profiles, blocked)
    return Parts(sets, profiles, blocked, moderation, shadow, elsewhere)


def moderation_of(
    store: ObjectStore, sets: StoredSets, spool: Spool, profiles: Profiles, blocked: BlockedContributors
) -> OperatorModeration:
    """Moderation of digits, to which the last three belong, and of the other sets while they are served."""

    def spool_of(set_id: str) -> Spool | None:
        running = sets.running(set_id)
        return spool if set_id == DIGITS_ID else None if running is None else running.spool

    def deleted(set_id: str, drawing: str) -> None:
        running = sets.running(set_id)
        (profiles if running is None else running.profiles).deleted(drawing)

    def list_changed(set_id: str) -> None:
        running = sets.running(set_id)
        (blocked if running is None else running.blocked).refresh()

    return OperatorModeration(store, spool_of, "page", deleted, list_changed)
