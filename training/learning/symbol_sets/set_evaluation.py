"""Evaluates a symbol set's own model on drawings of contributors that never trained it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from collector.symbols.symbol_set import SymbolSet
from training.data.dataset import LabelledDrawing
from training.evaluation.evaluation import Evaluation, evaluate, prepare, to_record
from training.learning.cards import describe_evaluation_set
from training.models.artifact import Artifact, check_artifact
from training.models.card import Metrics


@dataclass(frozen=True, slots=True)
class SetEvaluation:
    """`evaluation` is None where nobody is held out: `metrics` are then those of the card's cross-validation."""

    version: str
    metrics: Metrics
    evaluation: Evaluation | None
    class_ids: tuple[str, ...]  # that the model knows
    names: tuple[str, ...]  # of the same classes
    unknown: tuple[str, ...]  # ids of the set's classes that it doesn't know yet

    def to_record(self) -> dict[str, Any]:
        """The evaluation as a JSON object; without held-out drawings, the card's metrics."""
        metrics = asdict(self.metrics) if self.evaluation is None else to_record(self.evaluation)
        return {
            **metrics,
            "version": self.version,
            "judged_on": self.metrics.evaluated_on,
            "classes": list(self.class_ids),
            "unknown": list(self.unknown),
        }


def evaluate_champion(artifact: Artifact, symbols: SymbolSet, drawings: Sequence[LabelledDrawing]) -> SetEvaluation:
    """Evaluates on the held-out drawings of the classes that the model knows.

    Raises:
        BadArtifact: the service would not load it.
    """
    card = artifact.card
    interpreter = check_artifact(artifact)
    numbers = {symbols.places[each]: number for number, each in enumerate(card.classes.ids) if each in symbols.places}
    held_out = [
        replace(drawing, label=numbers[drawing.label])
        for drawing in drawings
        if drawing.use == "validation" and drawing.label in numbers
    ]
    names = tuple(
        symbols.classes[symbols.places[each]].name if each in symbols.places else each for each in card.classes.ids
    )
    unknown = tuple(symbols.classes[place].id for place in symbols.shown if place not in numbers)
    # A model that was cross-validated may have been trained on its only contributor, whatever the use.
    if not held_out or card.cross_validation is not None:
        return SetEvaluation(card.version, card.metrics, None, card.classes.ids, names, unknown)
    evaluation = evaluate(interpreter, prepare(held_out, card.encoding))
    metrics = evaluation.metrics(describe_evaluation_set(held_out))
    return SetEvaluation(card.version, metrics, evaluation, card.classes.ids, names, unknown)
