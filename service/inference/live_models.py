"""Follows the registry's champions: one predictor a family, swapped by one assignment."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from time import monotonic
from types import MappingProxyType
from typing import Protocol

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.object_store import NoSuchObject, ObjectStore, StoreError
from service.inference.predictor import Predictor, make_predictor
from service.inference.served import Served
from training.models.artifact import BadArtifact, BadCard
from training.models.registry import Registry, RegistryError
from training.models.shipped import seed_first_models
from training.models.status import TrainerStatus, parse_status

log = logging.getLogger(__name__)

FAMILIES_SECONDS = 10.0  # between listings of the families: stores charge for listing
BAD_ARTIFACT_SECONDS = 30.0  # until a version that failed its checks is loaded again


Listener = Callable[[Served, Served], None]  # before and after the change


class ServedSource(Protocol):
    """The models served now, and notifications of changes."""

    @property
    def current(self) -> Served:
        """Read it once a request."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` after each change, until the returned function is called."""


class LiveModels:
    """Follows the store's champions. `current` may be read from any thread; one thread alone may poll."""

    def __init__(
        self,
        store: ObjectStore,
        registry: Registry,
        shipped: Registry,
        now: Callable[[], float] = monotonic,
        seed: bool = True,
    ) -> None:
        """`seed`: a store without models gets those that Midstroke ships with."""
        self.current = Served(MappingProxyType({}))
        self.polled = threading.Event()  # set after the first poll, successful or not
        self._store = store
        self._registry = registry
        self._shipped = shipped
        self._now = now
        self._seeded = not seed
        self._families: list[str] = []
        self._families_due = 0.0
        self._bad: dict[str, tuple[str, float]] = {}  # family -> version that failed its checks, and when
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` in the polling thread after each change, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def serve_shipped(self) -> None:
        """Serves the models that Midstroke ships with until the store's champions are known."""
        predictors: dict[str, Predictor] = {}
        troubles: list[str] = []
        for family in self._shipped.families():
            self._follow(self._shipped, family, predictors, troubles)
        self._swap(Served(_best_first(predictors), None, _join(troubles), from_store=False))

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """Polls until `stop` is set; runs in its own thread."""
        while not stop.is_set():
            try:
                self.poll()
            except Exception:
                # After any failure the current models stay served, and the next poll tries again.
                log.exception("polling for models failed")
            self.polled.set()
            stop.wait(poll_seconds)

    def poll(self) -> None:
        """Reads the store once and swaps what has changed."""
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
        self._swap(Served(_best_first(predictors), trainer, _join(troubles), from_store))

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
                troubles.append(f"the shipped models can't be written to the store: {error}")
            self._seeded = True

    def _known_families(self) -> list[str]:
        if self._now() >= self._families_due:
            self._families = self._registry.families()
            self._families_due = self._now() + FAMILIES_SECONDS
        return self._families

    def _follow(self, registry: Registry, family: str, predictors: dict[str, Predictor], troubles: list[str]) -> None:
        """Loads the family's champion if it is new and passes its checks."""
        try:
            champion = registry.champion(family)
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
            predictors[family] = make_predictor(registry.load(family, champion.version))
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


def _join(troubles: list[str]) -> str:
    return "; ".join(troubles)


def _best_first(predictors: Mapping[str, Predictor]) -> Mapping[str, Predictor]:
    # Not by `metrics.mean`: a version of continued training is evaluated on other drawings than the family's first.
    ranked = sorted(predictors.items(), key=lambda item: (-item[1].card.standing, item[0]))
    return MappingProxyType(dict(ranked))
