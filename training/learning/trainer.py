"""The trainer: waits for new drawings, trains challengers, and promotes those that the gate accepts."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import NoSuchObject, ObjectStore
from training.data.dataset import LabelledDrawing
from training.data.reference import reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.data.shards.reader import ShardRow
from training.families.recipes import FAMILIES, Family, WrongWeights
from training.learning.challenger import Outcome, Run, learn_on
from training.learning.figures import draw_figures
from training.learning.label_filter import LabelFilter, best_model
from training.learning.progress_note import ProgressNote
from training.learning.selection import Selection, sample_by_contributor, select_new
from training.models.artifact import Artifact, check_artifact
from training.models.card import Learnt
from training.models.registry import FIRST_MODELS, Registry, seed_first_models
from training.models.status import BadStatus, TrainerStatus, TrainingOutcome, parse_status

KNOWN = 150  # drawings trained on before that are shown again, by lot; more than a training can look at
VALIDATION = 1000  # contributed validation drawings
LOOKED_AT = 3000  # the newest, of which those that decide are seated
NEW_AT_ONCE = 1000  # drawings; the oldest first, the rest in the next round
BACK_OFF_SECONDS = 1.0  # after the first failure, doubling
BACK_OFF_LIMIT_SECONDS = 60.0

log = logging.getLogger(__name__)


class Trainer:
    """Trains each family that can be trained further; `poll` is one look, `run` looks until it is stopped."""

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
    ) -> None:
        self._store = store
        self._registry = Registry(store)
        self._first = Registry(first_models or FolderStore(FIRST_MODELS))
        self._families = [family for family in families if family.resume is not None]
        self._retrain_after = retrain_after
        self._stop = stop
        self._run = replace(run or Run(), should_stop=stop.is_set)
        self._compaction = Compaction(store, ShardFiles(store, shard_cache), self._run.threads)
        self._shards = self._compaction.shards
        self._finished = False  # what a trainer before this one had begun
        self._outcomes: tuple[TrainingOutcome, ...] = ()  # newest first, of each family the last
        self._told: TrainerStatus | None = None
        self._seeded = not seed_store

    def run(self, poll_seconds: float) -> None:
        """Polls until stopped; a failure of the store, or any other, is waited out and never ends it."""
        failures = 0
        while not self._stop.is_set():
            try:
                self.poll()
                failures = 0
            # The edge of the trainer: clients of stores raise what they like, and tomorrow's drawings still count.
            except Exception as error:
                if self._stop.is_set():
                    return  # stopped in the middle of training
                failures += 1
                log.warning("not trained: %s: %s", type(error).__name__, error, exc_info=failures == 1)
            delay = poll_seconds if failures == 0 else BACK_OFF_SECONDS * 2 ** (failures - 1)
            self._stop.wait(min(delay, BACK_OFF_LIMIT_SECONDS))

    def poll(self, at_least: int | None = None) -> list[Outcome]:
        """One look: trains every family for which `at_least` (as set, unless given) new training drawings came."""
        self._look()
        outcomes = []
        for number, family in enumerate(self._families):
            new = self._shards.since(self._note.of(family.name).mark + 1, NEW_AT_ONCE)
            selection = select_new(new, *self._label_filter.verdicts(new, self._shards.read))
            needed = self._retrain_after if at_least is None else at_least
            if number == 0:
                self._tell_waiting(family, selection)
            enough = len(selection.selected) >= needed or len(new) == NEW_AT_ONCE
            if enough and (outcome := self._train(family, new, selection)) is not None:
                outcomes.append(outcome)
        return outcomes

    def _look(self) -> None:
        if not self._seeded:
            seed_first_models(self._store)
            self._seeded = True
        if not self._finished:
            for family in self._families:
                self._note.finish(family.name, self._registry)
            self._outcomes = self._stored_outcomes()
            self._finished = True
        self._compaction.run()
        self._note.hold_to(self._shards.last)

    @functools.cached_property
    def _note(self) -> ProgressNote:
        return ProgressNote(self._store)

    @functools.cached_property
    def _label_filter(self) -> LabelFilter:
        return LabelFilter(best_model(self._first))

    def _train(self, family: Family, new: Sequence[ShardRow], selection: Selection) -> Outcome | None:
        champion = self._champion(family)
        if champion is None:
            return None
        # What judges and came since the last of them counts as seen, too.
        mark = new[-1].number if len(new) == NEW_AT_ONCE else self._shards.last
        if not selection.selected:
            self._note.advance(family.name, mark, 0)
            return None
        self._tell(TrainerStatus("training", len(selection.selected), self._retrain_after, family=family.name))
        known = self._label_filter.accepted(self._shards.sample(KNOWN, np.random.default_rng(mark), exclude=new))
        try:
            outcome = learn_on(
                family, champion, self._baseline(family), known, self._shards.read(selection.selected),
                self._validation_drawings(), self._run, withdrawn=self._shards.withdrawn,
            )  # fmt: skip
        except WrongWeights as error:
            # Trying again would not help, until someone trains this family anew.
            self._tell(TrainerStatus("refused", 0, self._retrain_after, family=family.name, reasons=(str(error),)))
            self._note.advance(family.name, mark, 0)
            return None
        first, total = selection.selected[0].number, self._note.of(family.name).trained_on + len(selection.selected)
        outcome = outcome.having_learnt(Learnt(first, mark, len(selection.selected), total))
        self._publish(outcome)
        # After publishing: who dies in between finds the card, which tells the same.
        self._note.advance(family.name, mark, len(selection.selected))
        return outcome

    def _validation_drawings(self) -> list[LabelledDrawing]:
        beyond_doubt = self._label_filter.agreeing(self._shards.newest_validation(LOOKED_AT))
        return [*sample_by_contributor(beyond_doubt, VALIDATION), *reference_drawings("validation")]

    def _publish(self, outcome: Outcome) -> None:
        """Refused ones are kept too: why is in their card, and their figures show what they would have done."""
        card, verdict = outcome.artifact.card, outcome.verdict
        state: Literal["published", "refused"] = "published" if verdict.accepted else "refused"
        self._registry.publish(outcome.artifact, draw_figures(outcome.evaluation))
        if verdict.accepted:
            self._registry.promote(card.family, card.version, "gate passed")
        else:
            self._registry.forget_refused(card.family)
        log.info("%s %s %s", card.family, card.version, state)
        ended = TrainingOutcome(state, card.family, card.version, verdict.reasons, _now())
        self._outcomes = (ended, *(before for before in self._outcomes if before.family != card.family))
        self._tell(
            TrainerStatus(
                state, 0, self._retrain_after, family=card.family, version=card.version, reasons=verdict.reasons
            )
        )

    def _stored_outcomes(self) -> tuple[TrainingOutcome, ...]:
        try:
            return parse_status(self._store.get(TRAINER_STATUS)).outcomes
        except (NoSuchObject, BadStatus):
            return ()

    def _champion(self, family: Family) -> Artifact | None:
        pointer = self._registry.champion(family.name)
        if pointer is None:
            return None
        artifact = self._registry.load(family.name, pointer.version)
        check_artifact(artifact)
        return artifact

    def _baseline(self, family: Family) -> Artifact | None:
        """The shipped model, which never changes: against it, many small steps back are seen to add up."""
        pointer = self._first.champion(family.name)
        return None if pointer is None else self._first.load(family.name, pointer.version)

    def _tell_waiting(self, family: Family, selection: Selection) -> None:
        """Unless nothing came since the last training was told of: its outcome stays to be read."""
        validation = len(self._shards.since(self._note.of(family.name).mark + 1, NEW_AT_ONCE, validation=True))
        came = len(selection.selected) + selection.filtered + validation
        if self._told is not None and self._told.state != "waiting" and came == 0:
            return
        self._tell(
            TrainerStatus(
                "waiting",
                len(selection.selected),
                self._retrain_after,
                new_validation=validation,
                filtered=selection.filtered,
            )
        )

    def _tell(self, status: TrainerStatus) -> None:
        status = replace(status, outcomes=self._outcomes)
        if status == self._told:
            return
        self._store.put(TRAINER_STATUS, replace(status, at=_now()).to_json())
        self._told = status


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
