"""Stores the trainer's status, which the service and its pages show."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.object_store import NoSuchObject, ObjectStore, StoreError
from training.learning.selection import Selection
from training.models.card import Card
from training.models.status import BadStatus, TrainerStatus, TrainingOutcome, parse_status

REPEAT_SECONDS = 8.0  # a training's status; with the service's polling, pages hear of it every 20 s at the latest

log = logging.getLogger(__name__)


class StatusReport:
    """Stores each change of the status; `needed` is the number of new drawings that start a training."""

    def __init__(self, store: ObjectStore, needed: int, repeat_seconds: float = REPEAT_SECONDS) -> None:
        self._store = store
        self._repeat_seconds = repeat_seconds
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

    @contextmanager
    def training(self, family: str, drawings: int) -> Iterator[None]:
        """Reports a training while the block runs, again and again: whoever watches sees that it goes on."""
        status = TrainerStatus("training", drawings, self._needed, family=family)
        self._report(status)
        ended = threading.Event()
        repeating = threading.Thread(target=self._repeat, args=(status, ended), daemon=True)
        repeating.start()
        try:
            yield
        finally:
            ended.set()
            repeating.join()

    def _repeat(self, status: TrainerStatus, ended: threading.Event) -> None:
        while not ended.wait(self._repeat_seconds):
            try:
                self._put(status)
            except StoreError as error:
                log.debug("the status is not repeated: %s", error)

    def comparing(self) -> None:
        """Reports the end of a training whose version waits for live frames before its result is announced."""
        self._report(TrainerStatus("waiting", 0, self._needed))

    def ended(self, card: Card) -> None:
        """Reports what became of a version, as its card says."""
        reasons = tuple(str(each) for each in card.gate.get("reasons", ()))
        state: Literal["published", "refused"] = "refused" if card.is_refused else "published"
        last = TrainingOutcome(state, card.family, card.version, reasons, _now())
        self._outcomes = (last, *(before for before in self._outcomes if before.family != card.family))
        self._report(TrainerStatus(state, 0, self._needed, family=card.family, version=card.version, reasons=reasons))

    def not_trainable(self, family: str, reason: str) -> None:
        self._report(TrainerStatus("refused", 0, self._needed, family=family, reasons=(reason,)))

    def _report(self, status: TrainerStatus) -> None:
        status = self._whole(status)
        if status == self._reported:
            return
        self._put(status)
        self._reported = status

    def _whole(self, status: TrainerStatus) -> TrainerStatus:
        return replace(status, outcomes=self._outcomes, damaged=self._damaged)

    def _put(self, status: TrainerStatus) -> None:
        self._store.put(TRAINER_STATUS, replace(self._whole(status), at=_now()).to_json())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
