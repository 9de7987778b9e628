"""Publishes challengers: at once, or after they answered live frames unseen beside the champion."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from collector.storage.object_store import ObjectStore
from training.evaluation.gate import Verdict
from training.evaluation.shadow_veto import decide_by_live_frames, is_enough
from training.learning.challenger import event_of_card
from training.learning.state.progress import StoredProgress
from training.learning.state.status_report import StatusReport
from training.models.artifact import Artifact, BadArtifact, check_artifact
from training.models.card import Card
from training.models.card_json import BadCard
from training.models.registry import Champion, NoSuchVersion, Registry, RegistryError
from training.models.shadow import ShadowStore
from training.webhook import VersionEvent

LOOK_SECONDS = 2.0  # between looks at a waiting challenger's counts
KEPT_RESULTS = 50  # of a family, the newest

log = logging.getLogger(__name__)


class Publishing:
    """Everything that becomes of one store's (or set's) challengers after the gate. For the trainer's thread alone."""

    def __init__(
        self,
        store: ObjectStore,
        status: StatusReport,
        lease: int | None,  # the number of the trainer's lease; None without one
        tell: Callable[[VersionEvent], None],
        symbol_set: str = "digits",
        shadow_seconds: float = 0.0,  # a challenger's maximum wait for live frames; 0 publishes at once
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._registry = Registry(store)
        self._shadow = ShadowStore(store)
        self._status = status
        self._lease = lease
        self._tell = tell
        self._symbol_set = symbol_set
        self._seconds = shadow_seconds
        self._clock = clock
        self._looks: dict[str, float] = {}  # families, and when their challenger was last looked for
        self._waiting: dict[str, tuple[str, float]] = {}  # families with one that waits, and since when, here

    def publish(self, artifact: Artifact, figures: Mapping[str, bytes]) -> bool:
        """Publishes a version as the gate's verdict on its card says.

        Refused versions are published too: their card says why, and their figures show the loss.

        False for an accepted challenger that waits for live frames first: it is neither published nor announced yet.
        """
        if self._lease is not None:
            artifact = replace(artifact, card=replace(artifact.card, lease=self._lease))
        if self._seconds > 0 and not artifact.card.is_refused and self._can_be_compared(artifact.card):
            self._begin(artifact, figures)
            return False
        self._publish(artifact, figures)
        return True

    def is_waiting(self, family: str, progress: StoredProgress) -> bool:
        """Looks at the family's waiting challenger, and decides on it once it may; true while it goes on waiting.

        Raises:
            StoreError: the store failed; the next look goes on where this one stopped.
        """
        now, looked = self._clock(), self._looks.get(family)
        if looked is not None and (self._seconds == 0 or 0 <= now - looked < LOOK_SECONDS):
            return family in self._waiting
        waits = self._look(family, progress, now)
        if not waits:
            self._waiting.pop(family, None)
        self._looks[family] = now
        return waits

    def _can_be_compared(self, card: Card) -> bool:
        """Only with a champion of the same classes: live frames of a new class would speak against every answer."""
        try:
            champion = self._registry.champion(card.family)
            if champion is None or champion.version != card.replaces:
                return False
            return self._registry.card(card.family, champion.version).classes == card.classes
        except (RegistryError, BadCard):
            return False

    def _begin(self, artifact: Artifact, figures: Mapping[str, bytes]) -> None:
        card = artifact.card
        self._shadow.clear(card.family)  # what a trainer that died left behind
        self._shadow.registry.publish(artifact, figures)
        self._shadow.registry.promote(card.family, card.version, "gate passed")
        self._waiting[card.family] = card.version, self._clock()
        self._looks[card.family] = self._clock()
        log.info("%s %s answers live frames unseen", card.family, card.version)
        self._status.comparing()

    def _look(self, family: str, progress: StoredProgress, now: float) -> bool:
        try:
            return self._decide(family, progress, now)
        except (RegistryError, BadCard, BadArtifact) as error:
            # Its drawings are new still, and the next training takes them.
            log.warning("the challenger of %s that answered live frames is dropped: %s", family, error)
            self._shadow.clear(family)
            return False

    def _decide(self, family: str, progress: StoredProgress, now: float) -> bool:
        pointer = self._shadow.registry.champion(family)
        if pointer is None:
            return False
        if self._is_published(family, pointer.version):
            # A trainer died, or the store failed, between publishing and here.
            progress.finish(family, self._registry)
            self._shadow.clear(family)
            return False
        card = self._shadow.registry.card(family, pointer.version)
        champion = self._registry.champion(family)
        if champion is None or champion.version != card.replaces:
            raise RegistryError(f"the gate compared {card.version} with {card.replaces}, and the champion has changed")
        counts, troubles = self._shadow.read_counts(family, champion.version, card.version)
        for trouble in troubles:
            log.warning("not counted: %s", trouble)
        if not is_enough(counts) and not self._is_due(pointer, now):
            return True
        self._settle(pointer, decide_by_live_frames(counts), progress)
        self._shadow.put_result(counts)
        self._shadow.forget_results(family, KEPT_RESULTS)
        self._shadow.clear(family)
        return False

    def _is_due(self, pointer: Champion, now: float) -> bool:
        """By the time of the pointer, which a restart does not change; and by this process's, if that clock was off."""
        version, since = self._waiting.get(pointer.family, ("", now))
        if version != pointer.version:
            since = now
        self._waiting[pointer.family] = pointer.version, since
        try:
            began = datetime.fromisoformat(pointer.promoted_at).timestamp()
        except ValueError:
            began = since
        return max(now - began, now - since) >= self._seconds

    def _is_published(self, family: str, version: str) -> bool:
        try:
            self._registry.card(family, version)
        except NoSuchVersion:
            return False
        except BadCard:
            return True
        return True

    def _settle(self, pointer: Champion, live: Verdict, progress: StoredProgress) -> None:
        artifact = self._shadow.registry.load(pointer.family, pointer.version)
        check_artifact(artifact)
        card = artifact.card
        names = [name for name in card.files if name.endswith(".svg")]
        figures = {name: self._shadow.registry.figure(card.family, card.version, name) for name in names}
        gate = tuple(str(each) for each in card.gate.get("reasons", ()))
        reasons = (*gate, *live.reasons) if live.accepted else (*live.reasons, *gate)
        card = replace(
            card,
            gate={**card.gate, **Verdict(live.accepted, reasons).to_record()},
            lease=card.lease if self._lease is None else self._lease,
        )
        self._publish(replace(artifact, card=card), figures)
        if card.continued_on is not None:
            progress.advance(card.family, card.continued_on.last, card.continued_on.drawings)

    def _publish(self, artifact: Artifact, figures: Mapping[str, bytes]) -> None:
        card = artifact.card
        self._registry.publish(artifact, figures)
        if card.is_refused:
            self._registry.forget_refused(card.family)
        else:
            self._registry.promote(card.family, card.version, "gate passed", self._lease)
        where = "" if self._symbol_set == "digits" else f"set {self._symbol_set}: "
        log.info("%s%s %s %s", where, card.family, card.version, "refused" if card.is_refused else "published")
        self._status.ended(card)
        self._tell(event_of_card(card, self._symbol_set))
