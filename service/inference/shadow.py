"""Lets challengers answer a share of the live frames unseen, and counts how their answers compare with the champion's.

The event loop runs the challenger (`shadow_queue.py`); a thread of low priority looks for challengers, counts, stores.
Nothing of a frame is stored: see `training.models.shadow`.
"""

from __future__ import annotations

import logging
import math
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from time import monotonic

import numpy as np

from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import store_of
from service.inference.live_models import ServedSource
from service.inference.predictor import Predictor
from service.inference.shadow_queue import Frame, ShadowQueue, call_soon
from training.models.artifact import Artifact, BadArtifact, check_artifact
from training.models.card_json import BadCard
from training.models.registry import RegistryError
from training.models.shadow import ShadowCounts, ShadowStore, bin_of, ink_length

LOOK_SECONDS = 3.0  # between looks for challengers
STORE_SECONDS = 3.0  # between two puts of changed counts
TICK_SECONDS = 0.1  # between looks for frames to count: at most ten times QUEUE_MAX a second
SOCKET_MAX = 200  # frames of one connection for one challenger: nobody decides alone

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Comparison:
    """One challenger beside the champion that it would replace."""

    symbol_set: str
    counts: ShadowCounts
    queue: ShadowQueue
    predictor: Predictor  # whose frames it gets
    stored: int = field(default=0)  # frames in the counts that were stored last

    def count(self, frame: Frame) -> None:
        """Counts how the challenger's output compares with the champion's."""
        ours, theirs = frame.ours, frame.theirs
        if theirs is None or not np.isfinite(theirs).all():
            self.counts.failed += 1
            return
        confidence = float(ours.max())
        if not math.isfinite(confidence):
            return  # the champion's own trouble
        encoding = self.predictor.card.encoding
        found = self.counts.bins[bin_of(ink_length(encoding, frame.inputs))]
        found.frames += 1
        found.agreements += int(ours.argmax() == theirs.argmax())
        found.champion_confidence += min(1.0, confidence)
        found.challenger_confidence += min(1.0, float(theirs.max()))


class ShadowTraffic:
    """Follows the challengers of every set and compares; all but its `ShadowQueue`s runs in one thread."""

    def __init__(
        self,
        store: ObjectStore,
        percent: float,
        sources: Callable[[], Iterable[tuple[str, ServedSource]]],
        random: Random | None = None,
        now: Callable[[], float] = monotonic,
        schedule: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:
        """`sources` gives each set's id with what is served of it; `schedule` is that of `ShadowQueue`."""
        self._store = store
        self._share = percent / 100
        self._sources = sources
        self._random = random or Random()  # noqa: S311 - a sample, no secret
        self._now = now
        self._schedule = schedule or call_soon
        self._source = secrets.token_hex(8)  # of the counts that this process stores
        self._comparisons: dict[tuple[str, str], Comparison] = {}  # by set and family
        self._unfit: dict[tuple[str, str], tuple[str, str]] = {}  # challengers that can't be compared, and with whom
        self._look_due = self._store_due = 0.0

    def run(self, stop: threading.Event) -> None:
        """Compares until `stop` is set; runs in its own thread."""
        while not stop.is_set():
            try:
                self.step()
            except Exception:
                # Whatever a challenger or a store client raises, answers go on, and the next step tries again.
                log.exception("comparing challengers on live frames failed")
                stop.wait(LOOK_SECONDS)
            stop.wait(TICK_SECONDS if self._comparisons else LOOK_SECONDS)
        self._leave()

    def step(self) -> None:
        """Looks for challengers and stores counts where that is due, and counts what was compared."""
        now = self._now()
        if now >= self._look_due:
            self.look()
            self._look_due = self._now() + LOOK_SECONDS
        self.count()
        if now >= self._store_due:
            self.store_counts()
            self._store_due = self._now() + STORE_SECONDS

    def look(self) -> None:
        """Follows the challengers in the store; one that can't be read stays as it was."""
        found: set[tuple[str, str]] = set()
        for symbol_set, live in self._sources():
            shadow = ShadowStore(store_of(self._store, symbol_set))
            for family, predictor in live.current.predictors.items():
                if predictor.trained_in_store:
                    found.add((symbol_set, family))
                    self._follow(symbol_set, shadow, predictor)
        for key in set(self._comparisons) - found:
            self._end(key)

    def count(self) -> None:
        """Counts the frames that wait."""
        for comparison in self._comparisons.values():
            while (frame := comparison.queue.take()) is not None:
                comparison.count(frame)

    def store_counts(self) -> None:
        """Stores what has changed since the last time."""
        for comparison in self._comparisons.values():
            if comparison.counts.frames != comparison.stored:
                frames = comparison.counts.frames
                try:
                    part = store_of(self._store, comparison.symbol_set)
                    ShadowStore(part).put_counts(comparison.counts, self._source)
                except StoreError as error:
                    log.debug("counts of %s are not stored yet: %s", comparison.counts.challenger, error)
                    continue
                comparison.stored = frames

    def _leave(self) -> None:
        for comparison in self._comparisons.values():
            comparison.predictor.shadow = None
        try:
            self.count()
            self.store_counts()
        except Exception as error:  # the process ends; the counts of other processes do
            log.debug("the last counts are not stored: %s", error)

    def _follow(self, symbol_set: str, shadow: ShadowStore, predictor: Predictor) -> None:
        key = (symbol_set, predictor.family)
        try:
            pointer = shadow.registry.champion(predictor.family)
        except (RegistryError, StoreError) as error:
            log.debug("the challenger of %s can't be read: %s", predictor.family, error)
            return
        running = self._comparisons.get(key)
        if pointer is None:
            self._end(key)
            return
        pair = (pointer.version, predictor.card.version)
        if running is not None and pair == (running.counts.challenger, running.counts.champion):
            # A set's predictors are made anew when its definition changes.
            running.predictor = predictor
            predictor.shadow = running.queue
            return
        self._end(key)
        if self._unfit.get(key) == pair:
            return
        try:
            artifact = shadow.registry.load(predictor.family, pointer.version)
            if artifact.card.replaces != predictor.card.version:
                return  # this process has not taken over the champion yet, or has the next one already
            self._begin(symbol_set, predictor, artifact)
        except StoreError as error:
            log.debug("the challenger of %s can't be read: %s", predictor.family, error)
        except (RegistryError, BadCard, BadArtifact) as error:
            self._unfit[key] = pair
            log.warning("%s %s is not compared: %s", predictor.family, pointer.version, error)

    def _begin(self, symbol_set: str, predictor: Predictor, artifact: Artifact) -> None:
        card = artifact.card
        if (card.encoding, card.classes) != (predictor.card.encoding, predictor.card.classes):
            raise RegistryError(f"it reads other inputs or classes than {predictor.card.version}")
        challenger = check_artifact(artifact)
        counts = ShadowCounts(card.family, predictor.card.version, card.version)
        queue = ShadowQueue(challenger, self._share, self._random, self._schedule)
        self._comparisons[symbol_set, card.family] = Comparison(symbol_set, counts, queue, predictor)
        predictor.shadow = queue
        log.info("%s %s answers %g %% of live frames unseen", card.family, card.version, 100 * self._share)

    def _end(self, key: tuple[str, str]) -> None:
        ended = self._comparisons.pop(key, None)
        if ended is not None:
            ended.predictor.shadow = None
