"""Whether a drawing's label can be believed, asked of the shipped model that reads best.

Not of the champion: it goes on learning from visitors, and who teaches it would teach the screen to look away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from training.data.dataset import LabelledDrawing, evaluation_snapshots
from training.data.shards.reader import Told
from training.models.artifact import Artifact, check_artifact
from training.models.registry import Registry

# The least probability of the label on the finished drawing. `python -m infra.soak poison --drawings ...` measures it:
# of 1,699 drawings by writers whom the reader had not seen three were below it, of the same with wrong labels 96 %.
LEAST_BELIEVED = 0.02
REMEMBERED = 50_000  # answers, some 100 bytes each

Read = Callable[[Sequence[Told]], Sequence[LabelledDrawing]]


@dataclass(frozen=True, slots=True)
class _Answer:
    believed: bool
    read_right: bool


class Screen:
    """Remembers its answers: neither the reader nor a drawing ever changes."""

    def __init__(self, reader: Artifact | None) -> None:
        """Without a `reader` every label is believed."""
        self._encoding = None if reader is None else reader.card.encoding
        self._interpreter = None if reader is None else check_artifact(reader)
        self._answers: dict[str, _Answer] = {}

    def look(self, told: Sequence[Told], read: Read) -> tuple[set[str], set[str]]:
        """The drawings that are `believed`, and those `read_right`; `read` is asked for those not looked at before."""
        if len(self._answers) > REMEMBERED:
            self._answers.clear()
        self.believed(read([each for each in told if each.drawing not in self._answers]))
        answers = {each.drawing: self._answers[each.drawing] for each in told if each.drawing in self._answers}
        believed = {drawing for drawing, answer in answers.items() if answer.believed}
        return believed, {drawing for drawing, answer in answers.items() if answer.read_right}

    def believed(self, drawings: Iterable[LabelledDrawing]) -> list[LabelledDrawing]:
        """Those that may well be the digits that they are labelled as: these may teach."""
        return [drawing for drawing in drawings if self._answer(drawing).believed]

    def read_right(self, drawings: Iterable[LabelledDrawing]) -> list[LabelledDrawing]:
        """Those that the reader, too, takes for the digits that they are labelled as: these may decide.

        Who judges needn't be new to anybody, but must be beyond doubt: labels that are merely possible, sent by a
        crowd, made a gate prefer models that read everyone else worse.
        """
        return [drawing for drawing in drawings if self._answer(drawing).read_right]

    def _answer(self, drawing: LabelledDrawing) -> _Answer:
        if drawing.id not in self._answers:
            self._answers[drawing.id] = self._ask(drawing)
        return self._answers[drawing.id]

    def _ask(self, drawing: LabelledDrawing) -> _Answer:
        if self._interpreter is None or self._encoding is None:
            return _Answer(believed=True, read_right=True)
        finished = evaluation_snapshots([drawing], self._encoding, stages=(1.0,))
        probabilities = self._interpreter.predict(finished.batch(slice(None)))
        of_label = probabilities[drawing.label]
        return _Answer(bool(of_label >= LEAST_BELIEVED), bool(of_label == probabilities.max()))


def best_reader(models: Registry) -> Artifact | None:
    """The champion of the highest standing among all families; None where there is none."""
    pointers = [pointer for family in models.families() if (pointer := models.champion(family)) is not None]
    if not pointers:
        return None
    best = max(pointers, key=lambda pointer: models.card(pointer.family, pointer.version).standing)
    return models.load(best.family, best.version)
