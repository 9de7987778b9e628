"""The trainer: waits for new drawings, trains challengers, and promotes those that the gate accepts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from collector.layout import TRAINER_PROGRESS, TRAINER_STATUS
from collector.object_store import FolderStore, NoSuchObject, ObjectStore
from training import progress as progress_form
from training.artifact import Artifact, check_artifact
from training.challenger import Outcome, Run, learn_on
from training.dataset import LabelledDrawing
from training.families import FAMILIES, Family, WrongWeights
from training.figures import draw_figures
from training.progress import BadProgress, Progress
from training.reference import reference_drawings
from training.registry import FIRST_MODELS, Registry, seed_first_models
from training.status import State, TrainerStatus
from training.stored_drawings import Arrival, StoredDrawings

KNOWN = 1000  # drawings trained on before that are shown again, the newest
JUDGING = 1000  # contributed drawings that judge, the newest
INDEX = 20_000  # arrivals that are remembered, the newest
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
    ) -> None:
        self._store = store
        self._registry = Registry(store)
        self._first = Registry(first_models or FolderStore(FIRST_MODELS))
        self._drawings = StoredDrawings(store)
        self._families = [family for family in families if family.resume is not None]
        self._retrain_after = retrain_after
        self._stop = stop
        self._run = replace(run or Run(), should_stop=stop.is_set)
        self._index: dict[str, Arrival] = {}
        self._progress: dict[str, Progress] | None = None
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
            new = self._new(family)
            training = [drawing for drawing in new if drawing.use == "training"]
            needed = self._retrain_after if at_least is None else at_least
            if number == 0:
                self._tell_waiting(len(training), len(new) - len(training))
            if len(training) >= needed and (outcome := self._train(family, training)) is not None:
                outcomes.append(outcome)
        return outcomes

    def _look(self) -> None:
        if not self._seeded:
            seed_first_models(self._store)
            self._seeded = True
        if self._progress is None:
            self._progress = self._stored_progress()
        newest = max(self._index.values()).time if self._index else ""
        for arrival in self._drawings.arrivals(newest):
            self._index.setdefault(arrival.drawing, arrival)
        for arrival in sorted(self._index.values())[:-INDEX]:
            del self._index[arrival.drawing]

    def _new(self, family: Family) -> list[LabelledDrawing]:
        progress = self._progress_of(family)
        return self._drawings.read(a.drawing for a in sorted(self._index.values()) if progress.is_new(a))

    def _train(self, family: Family, new: Sequence[LabelledDrawing]) -> Outcome | None:
        champion = self._champion(family)
        if champion is None:
            return None
        self._tell(TrainerStatus("training", len(new), self._retrain_after, family=family.name))
        seen = list(self._index.values())
        known, judging = self._known({drawing.id for drawing in new})
        try:
            outcome = learn_on(family, champion, self._baseline(family), known, new, judging, self._run)
        except WrongWeights as error:
            # Trying again would not help, until someone trains this family anew.
            self._tell(TrainerStatus("refused", 0, self._retrain_after, family=family.name, reasons=(str(error),)))
            self._advance(family, seen, 0)
            return None
        self._publish(outcome)
        # After publishing: who dies in between trains once more, and nothing is lost.
        self._advance(family, seen, len(new))
        return outcome

    def _publish(self, outcome: Outcome) -> None:
        """Refused ones are kept too: why is in their card, and their figures show what they would have done."""
        card, verdict = outcome.artifact.card, outcome.verdict
        state: State = "published" if verdict.accepted else "refused"
        self._registry.publish(outcome.artifact, draw_figures(outcome.evaluation))
        if verdict.accepted:
            self._registry.promote(card.family, card.version, "gate passed")
        else:
            self._registry.forget_refused(card.family)
        log.info("%s %s %s", card.family, card.version, state)
        self._tell(
            TrainerStatus(
                state, 0, self._retrain_after, family=card.family, version=card.version, reasons=verdict.reasons
            )
        )

    def _known(self, new: set[str]) -> tuple[list[LabelledDrawing], list[LabelledDrawing]]:
        """Drawings that taught before, and all that judge: the newest contributed ones and the project's own."""
        newest = [a.drawing for a in sorted(self._index.values())[-(KNOWN + JUDGING) :] if a.drawing not in new]
        drawings = self._drawings.read(newest)
        known = [drawing for drawing in drawings if drawing.use == "training"][-KNOWN:]
        judging = [drawing for drawing in drawings if drawing.use == "judging"][-JUDGING:]
        return known, [*judging, *reference_drawings("judging")]

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

    def _progress_of(self, family: Family) -> Progress:
        return (self._progress or {}).get(family.name, Progress())

    def _stored_progress(self) -> dict[str, Progress]:
        try:
            return progress_form.parse_progress(self._store.get(TRAINER_PROGRESS))
        except NoSuchObject:
            return {}
        except BadProgress as error:
            log.warning("beginning anew: %s", error)
            return {}

    def _advance(self, family: Family, seen: Sequence[Arrival], trained_on: int) -> None:
        advanced = {**(self._progress or {}), family.name: self._progress_of(family).after(seen, trained_on)}
        self._store.put(TRAINER_PROGRESS, progress_form.to_json(advanced))
        self._progress = advanced

    def _tell_waiting(self, training: int, judging: int) -> None:
        """Unless nothing came since the last training was told of: its outcome stays to be read."""
        if self._told is not None and self._told.state != "waiting" and training == judging == 0:
            return
        self._tell(TrainerStatus("waiting", training, self._retrain_after, new_judging=judging))

    def _tell(self, status: TrainerStatus) -> None:
        if status == self._told:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._store.put(TRAINER_STATUS, replace(status, at=at).to_json())
        self._told = status
