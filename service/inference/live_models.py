"""What is served now: one predictor a family, swapped by one assignment when the registry has a new champion."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType

from collector.contribution.layout import TRAINER_STATUS
from collector.ink.encodings import Encoding
from collector.storage.object_store import NoSuchObject, ObjectStore, StoreError
from service.inference.predictor import Predictor, make_predictor
from training.models.artifact import BadArtifact, BadCard
from training.models.registry import Registry, RegistryError, seed_first_models
from training.models.status import TrainerStatus, parse_status

log = logging.getLogger(__name__)

FAMILIES_SECONDS = 10.0  # until the store is asked again which families there are: listing is what stores charge for
BAD_ARTIFACT_SECONDS = 30.0  # until one that failed its checks is looked at again


@dataclass(frozen=True, slots=True)
class Served:
    """Everything a request needs to know of the models: read it once, then use only what was read."""

    predictors: Mapping[str, Predictor]  # by family, best first
    trainer: TrainerStatus | None = None
    trouble: str = ""  # why the store's champions can't be read or taken; empty when all is well
    from_store: bool = False  # False while only the models that Midstroke ships with were to be had

    def best_for(self, encodings: tuple[Encoding, ...]) -> Predictor | None:
        """The best family that one of these encodings feeds."""
        for predictor in self.predictors.values():
            if predictor.encoding in encodings:
                return predictor
        return None


Listener = Callable[[Served, Served], None]  # what was served, what is


class LiveModels:
    """Follows the store's champions. `current` may be read from any thread; one thread alone may poll."""

    def __init__(
        self,
        store: ObjectStore,
        registry: Registry,
        shipped: Registry,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.current = Served(MappingProxyType({}))
        self.polled = threading.Event()  # set once the store was asked for the first time, whatever it said
        self._store = store
        self._registry = registry
        self._shipped = shipped
        self._now = now
        self._seeded = False
        self._families: list[str] = []
        self._families_due = 0.0
        self._bad: dict[str, tuple[str, float]] = {}  # family -> version that failed its checks, and when
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` (in the polling thread) after each change; the function returned stops that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def take_shipped(self) -> None:
        """Serves the models that Midstroke ships with, until the store says which are the champions."""
        predictors: dict[str, Predictor] = {}
        troubles: list[str] = []
        for family in self._shipped.families():
            self._follow(self._shipped, family, predictors, troubles)
        self._swap(Served(_best_first(predictors), None, _told(troubles), from_store=False))

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """Polls until `stop`; for a thread of its own."""
        while not stop.is_set():
            try:
                self.poll()
            except Exception:
                # Whatever goes wrong in one poll, what is served stays served and the next poll comes.
                log.exception("polling for models failed")
            self.polled.set()
            stop.wait(poll_seconds)

    def poll(self) -> None:
        """Looks once at the store, and swaps what has changed."""
        now = self.current
        predictors, trainer, troubles = dict(now.predictors), now.trainer, list[str]()
        from_store = now.from_store
        try:
            self._seed(troubles)
            for family in self._known_families():
                self._follow(self._registry, family, predictors, troubles)
            trainer = self._trainer_status()
            from_store = True
        except StoreError as error:
            troubles.append(f"the store can't be read: {error}")
        self._swap(Served(_best_first(predictors), trainer, _told(troubles), from_store))

    def _swap(self, after: Served) -> None:
        before = self.current
        if after == before:
            return
        self.current = after
        if after.trouble and after.trouble != before.trouble:
            log.warning("%s", after.trouble)
        for listener in list(self._listeners):
            listener(before, after)

    def _seed(self, troubles: list[str]) -> None:
        if not self._seeded:
            try:
                seed_first_models(self._store)
            except RegistryError as error:
                troubles.append(f"the first models can't be put: {error}")
            self._seeded = True

    def _known_families(self) -> list[str]:
        if self._now() >= self._families_due:
            self._families = self._registry.families()
            self._families_due = self._now() + FAMILIES_SECONDS
        return self._families

    def _follow(self, shelf: Registry, family: str, predictors: dict[str, Predictor], troubles: list[str]) -> None:
        """Takes up the family's champion if it is new and sound."""
        try:
            champion = shelf.champion(family)
        except RegistryError as error:
            troubles.append(str(error))
            return
        if champion is None:
            return
        served = predictors.get(family)
        if served is not None and served.card.version == champion.version:
            return
        version, seen_at = self._bad.get(family, ("", 0.0))
        if version == champion.version and self._now() - seen_at < BAD_ARTIFACT_SECONDS:
            troubles.append(_not_taken(family, version))
            return
        try:
            predictors[family] = make_predictor(shelf.load(family, champion.version))
            log.info("serving %s %s", family, champion.version)
        except (BadArtifact, BadCard, RegistryError) as error:
            if version != champion.version:
                log.warning("%s: %s", _not_taken(family, champion.version), error)
            self._bad[family] = (champion.version, self._now())
            troubles.append(_not_taken(family, champion.version))

    def _trainer_status(self) -> TrainerStatus | None:
        try:
            return parse_status(self._store.get(TRAINER_STATUS))
        except NoSuchObject:
            return None
        except ValueError as error:
            log.debug("trainer status: %s", error)
            return None


def _not_taken(family: str, version: str) -> str:
    return f"champion {version} of {family} failed its checks and is not served"


def _told(troubles: list[str]) -> str:
    return "; ".join(troubles)


def _best_first(predictors: Mapping[str, Predictor]) -> Mapping[str, Predictor]:
    # Not by `metrics.mean`: a version that learnt on is judged on other drawings than the first of its family.
    ranked = sorted(predictors.items(), key=lambda item: (-item[1].card.standing, item[0]))
    return MappingProxyType(dict(ranked))
