"""Stores the trainer's status, which the service and its pages show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.object_store import NoSuchObject, ObjectStore
from training.learning.challenger import Outcome
from training.learning.selection import Selection
from training.models.status import BadStatus, TrainerStatus, TrainingOutcome, parse_status


class StatusReport:
    """Stores each change of the status; `needed` is the number of new drawings that start a training."""

    def __init__(self, store: ObjectStore, needed: int) -> None:
        self._store = store
        self._needed = needed
        self._outcomes: tuple[TrainingOutcome, ...] = ()  # the last of each family, newest first
        self._damaged = 0
        self._reported: TrainerStatus | None = None

    def restore_outcomes(self) -> None:
        """Takes over the outcomes that the last trainer reported."""
        try:
            self._outcomes = parse_status(self._store.get(TRAINER_STATUS)).outcomes
        except (NoSuchObject, BadStatus):
            self._outcomes = ()

    def set_damaged(self, count: int) -> None:
        """The number of damaged objects, for every status from now on."""
        self._damaged = count

    def waiting(self, selection: Selection, validation: int) -> None:
        """Reports the wait for drawings, unless nothing arrived since an outcome: that stays visible."""
        arrived = len(selection.selected) + selection.filtered + selection.over_limit + validation
        last = self._reported
        if last is not None and last.state != "waiting" and last.damaged == self._damaged and arrived == 0:
            return
        self._report(
            TrainerStatus(
                "waiting",
                len(selection.selected),
                self._needed,
                new_validation=validation,
                filtered=selection.filtered,
                over_limit=selection.over_limit,
            )
        )

    def training(self, family: str, drawings: int) -> None:
        self._report(TrainerStatus("training", drawings, self._needed, family=family))

    def ended(self, outcome: Outcome) -> None:
        card, reasons = outcome.artifact.card, outcome.verdict.reasons
        state: Literal["published", "refused"] = "published" if outcome.verdict.accepted else "refused"
        last = TrainingOutcome(state, card.family, card.version, reasons, _now())
        self._outcomes = (last, *(before for before in self._outcomes if before.family != card.family))
        self._report(TrainerStatus(state, 0, self._needed, family=card.family, version=card.version, reasons=reasons))

    def not_trainable(self, family: str, reason: str) -> None:
        self._report(TrainerStatus("refused", 0, self._needed, family=family, reasons=(reason,)))

    def _report(self, status: TrainerStatus) -> None:
        status = replace(status, outcomes=self._outcomes, damaged=self._damaged)
        if status == self._reported:
            return
        self._store.put(TRAINER_STATUS, replace(status, at=_now()).to_json())
        self._reported = status


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
