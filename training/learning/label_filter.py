"""The label filter: rejects drawings whose label the best shipped model finds nearly impossible.

The shipped model decides, not the champion: the champion learns from visitors, who could teach it to accept their
wrong labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from training.data.dataset import LabelledDrawing, evaluation_snapshots
from training.data.shards.group_reader import ShardRow, damaged_row
from training.data.stored.damaged import DamagedObjects
from training.models.artifact import Artifact, check_artifact
from training.models.registry import Registry

# Probability of the label for the finished drawing. `python -m infra.soak poison --drawings ...` measures it: of 1,699
# drawings by unseen writers 3 were below it, and 96 % of the same drawings with wrong labels.
LEAST_LABEL_PROBABILITY = 0.02
MAX_CACHED_VERDICTS = 50_000  # about 100 bytes each

Read = Callable[[Sequence[ShardRow]], Sequence[LabelledDrawing]]


@dataclass(frozen=True, slots=True)
class _Verdict:
    accepted: bool
    agreeing: bool


class LabelFilter:
    """Caches its verdicts: the model never changes, and a drawing only by `forget`."""

    def __init__(self, model: Artifact | None, damaged: DamagedObjects | None = None) -> None:
        """Without a `model` the filter accepts every label; `damaged` records drawings that no model can read."""
        self._damaged = DamagedObjects() if damaged is None else damaged
        self._encoding = None if model is None else model.card.encoding
        self._interpreter = None if model is None else check_artifact(model)
        self._verdicts: dict[str, _Verdict] = {}

    def verdicts(self, rows: Sequence[ShardRow], read: Read) -> tuple[set[str], set[str]]:
        """The ids of `accepted` and of `agreeing` drawings; calls `read` for those without a cached verdict."""
        if len(self._verdicts) > MAX_CACHED_VERDICTS:
            self._verdicts.clear()
        self.accepted(read([row for row in rows if row.drawing not in self._verdicts]))
        verdicts = {row.drawing: self._verdicts[row.drawing] for row in rows if row.drawing in self._verdicts}
        accepted = {drawing for drawing, verdict in verdicts.items() if verdict.accepted}
        return accepted, {drawing for drawing, verdict in verdicts.items() if verdict.agreeing}

    def forget(self, drawings: Iterable[str]) -> None:
        """Drops the verdicts on these drawings: an operator gave them another label."""
        for drawing in drawings:
            self._verdicts.pop(drawing, None)

    def accepted(self, drawings: Iterable[LabelledDrawing]) -> list[LabelledDrawing]:
        """Drawings whose label is at least possible: these may train."""
        return [drawing for drawing in drawings if self._verdict(drawing).accepted]

    def agreeing(self, drawings: Iterable[LabelledDrawing]) -> list[LabelledDrawing]:
        """Drawings whose label is also the model's best guess: these may validate.

        Validation needs certain labels more than new handwriting: with merely possible labels sent by a crowd, the
        gate preferred models that read everyone else worse.
        """
        return [drawing for drawing in drawings if self._verdict(drawing).agreeing]

    def _verdict(self, drawing: LabelledDrawing) -> _Verdict:
        if drawing.id not in self._verdicts:
            self._verdicts[drawing.id] = self._decide(drawing)
        return self._verdicts[drawing.id]

    def _decide(self, drawing: LabelledDrawing) -> _Verdict:
        if self._interpreter is None or self._encoding is None:
            return _Verdict(accepted=True, agreeing=True)
        try:
            finished = evaluation_snapshots([drawing], self._encoding, stages=(1.0,))
            probabilities = self._interpreter.predict(finished.batch(slice(None)))
        # The boundary of one drawing: values in range can still make a shape that can't be drawn.
        except Exception as error:
            self._damaged.add(damaged_row(drawing.id), error)
            return _Verdict(accepted=False, agreeing=False)
        of_label = probabilities[drawing.label]
        return _Verdict(bool(of_label >= LEAST_LABEL_PROBABILITY), bool(of_label == probabilities.max()))


def best_model(models: Registry) -> Artifact | None:
    """The champion with the highest standing among all families; None where there is none."""
    pointers = [pointer for family in models.families() if (pointer := models.champion(family)) is not None]
    if not pointers:
        return None
    best = max(pointers, key=lambda pointer: models.card(pointer.family, pointer.version).standing)
    return models.load(best.family, best.version)
