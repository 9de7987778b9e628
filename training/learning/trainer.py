"""The trainer: waits for new drawings, trains challengers, and promotes those that the gate accepts."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from collector.moderation.moderation import NO_MODERATION, read_moderation
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.data.shards.group_reader import ShardRow
from training.evaluation.figures import draw_figures
from training.families.recipes import FAMILIES, Family, WrongWeights
from training.learning.adoption import adopt_shipped
from training.learning.challenger import Outcome, Run, event_of, traced_training
from training.learning.champions import sound_champion
from training.learning.continued_training import Contributed, Predecessors, continue_training
from training.learning.label_filter import LabelFilter, best_model
from training.learning.long_training import is_long_due
from training.learning.publishing import Publishing
from training.learning.selection import Selection, sample_by_contributor, select_new
from training.learning.state.lease import LeasedStore, TrainerLease
from training.learning.state.progress import StoredProgress
from training.learning.state.status_report import StatusReport
from training.learning.state.verdicts import Verdicts
from training.models.artifact import Artifact
from training.models.card import ContinuedOn
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS, seed_first_models
from training.webhook import VersionEvent

REPLAY_BUFFER = 150  # random earlier drawings; more than a training can use
LONG_REPLAY_BUFFER = 1500  # the same of a long training
VALIDATION = 1000  # contributed validation drawings
VALIDATION_CANDIDATES = 3000  # the newest, of which VALIDATION are sampled
MAX_NEW = 1000  # drawings of one training; the oldest first, the rest in the next round
BACK_OFF_SECONDS = 1.0  # after the first failure, doubling
BACK_OFF_LIMIT_SECONDS = 60.0

log = logging.getLogger(__name__)


class Trainer:
    """Trains each family that has a recipe for continued training; `poll` looks once, `run` until stopped."""

    def __init__(
        self,
        store: ObjectStore,
        retrain_after: int,
        stop: threading.Event,
        families: Sequence[Family] = FAMILIES,
        first_models: ObjectStore | None = None,
        run: Run | None = None,
        seed_store: bool = False,
        shard_cache: Path | None = None,
        lease: TrainerLease | None = None,
        tell: Callable[[VersionEvent], None] = lambda _event: None,
        shadow_seconds: float = 0.0,
    ) -> None:
        """`lease` is one that is held; without it, no other trainer may work on the store.

        `tell` is called with each version that is published or refused; it must return at once. `shadow_seconds` is how
        long an accepted challenger waits for live frames at most; 0 promotes it at once.
        """
        self._tell = tell
        self._lease = lease
        files = ShardFiles(store, shard_cache)
        store = store if lease is None else LeasedStore(store, lease)
        self._store = store
        self._registry = Registry(store)
        self._shipped = first_models or FolderStore(FIRST_MODELS)
        self._first = Registry(self._shipped)
        self._families = [family for family in families if family.resume is not None]
        self._retrain_after = retrain_after
        self._stop = stop
        self._run = replace(run or Run(), should_stop=self._should_stop)
        self._compaction = Compaction(store, files, self._run.threads)
        self._shards, self._damaged = self._compaction.shards, self._compaction.damaged
        self._status = StatusReport(store, retrain_after)
        self._publishing = Publishing(
            store, self._status, None if lease is None else lease.number, tell, shadow_seconds=shadow_seconds
        )
        self._verdicts = Verdicts(store)
        self._moderation = NO_MODERATION
        self._recovered = False  # whether trainings that an earlier trainer left unfinished are completed
        self._seeded = self._adopted = not seed_store

    def run(self, poll_seconds: float, after_poll: Callable[[], object] = lambda: None) -> None:
        """Polls until stopped, or until the lease is lost; backs off after a failure and never ends because of one.

        Calls `after_poll` after each look.
        """
        failures = 0
        while not self._should_stop():
            try:
                self.poll()
                after_poll()
                failures = 0
            # The edge of the trainer: store clients raise any exception, and the trainer must outlive them all.
            except Exception as error:
                if self._should_stop():
                    return  # during a training
                failures += 1
                log.warning("not trained: %s: %s", type(error).__name__, error, exc_info=failures == 1)
            delay = poll_seconds if failures == 0 else BACK_OFF_SECONDS * 2 ** (failures - 1)
            self._stop.wait(min(delay, BACK_OFF_LIMIT_SECONDS))

    def _should_stop(self) -> bool:
        return self._stop.is_set() or (self._lease is not None and not self._lease.is_held)

    def poll(self, at_least: int | None = None) -> list[Outcome]:
        """Looks once: trains every family with `at_least` new training drawings (default: the setting)."""
        self._refresh()
        needed = self._retrain_after if at_least is None else at_least
        outcomes = []
        for number, family in enumerate(self._families):
            is_waiting = self._publishing.is_waiting(family.name, self._progress)
            new = self._new(family)
            accepted, agreeing = self._label_filter.verdicts(new, self._shards.read)
            self._verdicts.store_filtered(row.drawing for row in new if row.drawing not in accepted)
            selection = select_new(new, accepted, agreeing)
            if number == 0:
                self._status.set_damaged(len(self._damaged))
                self._status.waiting(selection, self._new_validation(family))
            enough = len(selection.selected) >= needed or len(new) == MAX_NEW
            if enough and not is_waiting and (outcome := self._train(family, new, selection)) is not None:
                outcomes.append(outcome)
        self._damaged.save()
        return outcomes

    def _refresh(self) -> None:
        if not self._seeded:
            seed_first_models(self._store)
            self._seeded = True
        if not self._recovered:
            for family in self._families:
                self._progress.finish(family.name, self._registry)
            self._status.restore_outcomes()
            self._recovered = True
        self._compaction.run()
        self._moderate()
        self._progress.limit_to(self._compaction.last)
        if not self._adopted:
            self._adopt_shipped()
            self._adopted = True

    def _moderate(self) -> None:
        """Reads what operators decided since the last look; verdicts about former labels are made anew."""
        before, self._moderation = self._moderation, read_moderation(self._store)
        labels = before.labels.items() ^ self._moderation.labels.items()
        relabelled = {drawing for drawing, _ in labels}
        self._label_filter.forget(relabelled)
        self._verdicts.forget(relabelled)
        self._shards.moderate(self._moderation)

    def _adopt_shipped(self) -> None:
        """Takes over what a newer release ships, in a store that an earlier one has filled."""
        validation = self._validation_drawings()
        for family in self._families:
            if sound_champion(self._registry, family, self._damaged) is not None:
                verdict = adopt_shipped(self._store, self._shipped, family.name, validation, self._run.evaluations)
                newest = self._first.champion(family.name)
                if verdict is not None and newest is not None:
                    self._tell(event_of(family.name, newest.version, None, verdict))

    @functools.cached_property
    def _progress(self) -> StoredProgress:
        return StoredProgress(self._store, self._damaged)

    @functools.cached_property
    def _label_filter(self) -> LabelFilter:
        return LabelFilter(best_model(self._first), self._damaged)

    def _new_validation(self, family: Family) -> int:
        """The number of new validation drawings; stores the verdict on those that the label filter disagrees with."""
        new = self._new(family, validation=True)
        _, agreeing = self._label_filter.verdicts(new, self._shards.read)
        self._verdicts.store_filtered(row.drawing for row in new if row.drawing not in agreeing)
        return len(new)

    def _new(self, family: Family, *, validation: bool = False) -> list[ShardRow]:
        return self._shards.since(self._progress.of(family.name).mark + 1, MAX_NEW, validation=validation)

    def _train(self, family: Family, new: Sequence[ShardRow], selection: Selection) -> Outcome | None:
        champion = sound_champion(self._registry, family, self._damaged)
        if champion is None:
            return None
        # Validation drawings that arrived after the last training drawing are handled too.
        mark = new[-1].number if len(new) == MAX_NEW else self._compaction.last
        if not selection.selected:
            self._progress.advance(family.name, mark, 0)
            return None
        before = Predecessors(champion, self._reference_model(family))
        try:
            drawings = len(selection.selected)
            with (
                self._status.training(family.name, drawings),
                traced_training("digits", family.name, drawings) as ended,
            ):
                before_these = self._progress.of(family.name).trained_on
                is_long = family.long_resume is not None and is_long_due(before_these, drawings)
                outcome = continue_training(family, before, self._drawings(mark, new, selection, is_long), self._run)
                ended(outcome)
        except WrongWeights as error:
            # Another try would fail too, until someone trains this family from scratch.
            log.warning("%s is not trained: %s", family.name, error)
            self._status.not_trainable(family.name, f"Its weights are from another release of {family.name}.")
            self._progress.advance(family.name, mark, 0)
            return None
        trained_on = len(selection.selected)
        total = self._progress.of(family.name).trained_on + trained_on
        outcome = outcome.with_continued_on(ContinuedOn(selection.selected[0].number, mark, trained_on, total))
        if not self._publishing.publish(outcome.artifact, draw_figures(outcome.evaluation)):
            return None  # the drawings count as trained on once it is published
        # After publishing: if the trainer dies in between, the next one finds the same in the card.
        self._progress.advance(family.name, mark, trained_on)
        return outcome

    def _drawings(self, mark: int, new: Sequence[ShardRow], selection: Selection, is_long: bool) -> Contributed:
        count = LONG_REPLAY_BUFFER if is_long else REPLAY_BUFFER
        replayed = self._shards.sample(count, np.random.default_rng(mark), exclude=new)
        read, accepted = self._shards.read(selection.selected), self._label_filter.accepted(replayed)
        return Contributed(
            new=read,
            replay_buffer=accepted,
            validation=self._validation_drawings(),
            withdrawn=self._shards.withdrawn,
            agreeing={drawing.id for drawing in self._label_filter.agreeing([*read, *accepted])},
            is_long=is_long,
        )

    def _validation_drawings(self) -> list[LabelledDrawing]:
        certain = self._label_filter.agreeing(self._shards.newest_validation(VALIDATION_CANDIDATES))
        return [*sample_by_contributor(certain, VALIDATION), *reference_drawings("validation")]

    def _reference_model(self, family: Family) -> Artifact | None:
        """The shipped model, which never changes: compared with it, many small regressions add up visibly."""
        pointer = self._first.champion(family.name)
        return None if pointer is None else self._first.load(family.name, pointer.version)
