"""Compares a challenger with the champion and the reference model, and caches evaluations between trainings."""

from __future__ import annotations

from collections.abc import Sequence

from collector.ink.encodings import Encoding
from training.data.augmentation.placing import ANYWHERE, Placing
from training.data.dataset import LabelledDrawing, placed
from training.data.generated.reference import reference_drawings
from training.evaluation.evaluation import Evaluation, EvaluationSet, evaluate, prepare
from training.evaluation.gate import Verdict, decide
from training.evaluation.prediction_cache import PredictionCache, prepare_incrementally
from training.models.artifact import Artifact
from training.models.card import VersionMetrics
from training.models.interpreter import Interpreter

MAX_CACHED_MODELS = 32


def describe_reference_set() -> str:
    return f"{len(reference_drawings('validation'))} reference drawings"


class EvaluationCache:
    """Caches prepared validation drawings and models' predictions; both change far less often than models do."""

    def __init__(self, max_models: int = MAX_CACHED_MODELS) -> None:
        self._max_models = max_models
        self._prepared: dict[tuple[Encoding, Placing | None], EvaluationSet] = {}
        self._reference: dict[Encoding, EvaluationSet] = {}
        self._predictions: dict[bytes, PredictionCache] = {}  # by flatbuffer, the least recently used first

    def prepared(
        self, drawings: Sequence[LabelledDrawing], encoding: Encoding, placing: Placing | None = None
    ) -> EvaluationSet:
        """The drawings, placed or as they were drawn, as an evaluation set; reuses the last call's snapshots."""
        key = encoding, placing
        before, wanted = self._prepared.get(key), list(drawings if placing is None else placed(drawings, placing))
        if before is None or before.ids != tuple(drawing.id for drawing in wanted):
            self._prepared[key] = prepare_incrementally(wanted, encoding, before)
        return self._prepared[key]

    def reference(self, encoding: Encoding) -> EvaluationSet:
        """The reference drawings for validation."""
        if encoding not in self._reference:
            self._reference[encoding] = prepare(reference_drawings("validation"), encoding)
        return self._reference[encoding]

    def evaluation(self, model: bytes, evaluation_set: EvaluationSet) -> Evaluation:
        """The evaluation of a flatbuffer, as the service serves it."""
        cache = self._predictions.pop(model, None) or PredictionCache(model)
        self._predictions[model] = cache
        while len(self._predictions) > self._max_models:
            del self._predictions[next(iter(self._predictions))]
        return cache.evaluation(evaluation_set)


class Comparison:
    """Evaluations of a champion and a reference model, to compare challengers with."""

    def __init__(
        self,
        champion: Artifact,
        reference_model: Artifact | None,
        new: Sequence[LabelledDrawing],
        validation: Sequence[LabelledDrawing],
        cache: EvaluationCache,
    ) -> None:
        encoding = champion.card.encoding
        evaluation_set = cache.prepared(validation, encoding)
        self._cache, self._set, self._new = cache, evaluation_set, prepare(new, encoding)
        self._anywhere_set = cache.prepared(validation, encoding, ANYWHERE)
        self._champion_anywhere = cache.evaluation(champion.model, self._anywhere_set)
        self._reference_set = cache.reference(evaluation_set.encoding)
        self._before = [artifact for artifact in (champion, reference_model) if artifact is not None]
        self._champion = cache.evaluation(champion.model, evaluation_set)
        self._champion_new = evaluate(Interpreter(champion.model, evaluation_set.encoding), self._new)
        first = None if reference_model is None else reference_model.model
        self._first = None if first is None else cache.evaluation(first, evaluation_set)
        self._first_reference = None if first is None else cache.evaluation(first, self._reference_set)

    def decide(self, challenger: bytes) -> tuple[Evaluation, Verdict]:
        """The evaluation of the challenger's flatbuffer, and the gate's verdict."""
        evaluation = self._cache.evaluation(challenger, self._set)
        new = evaluate(Interpreter(challenger, self._set.encoding), self._new), self._champion_new
        anywhere = self._cache.evaluation(challenger, self._anywhere_set), self._champion_anywhere
        reference = self._on_reference(challenger)
        return evaluation, decide(evaluation, self._champion, self._first, new, reference, anywhere)

    def metrics(self, challenger: bytes, version: str, evaluated_on: str) -> tuple[VersionMetrics, ...]:
        """The challenger's results on both sets, and for comparison those of the champion and the reference model.

        `version` is the challenger's, `evaluated_on` describes the evaluation set.
        """
        words = {self._set.set_id: evaluated_on, self._reference_set.set_id: describe_reference_set()}
        sets = {each.set_id: each for each in (self._set, self._reference_set)}
        models = {version: challenger} | {artifact.card.version: artifact.model for artifact in self._before}
        return tuple(
            VersionMetrics(name, self._cache.evaluation(model, sets[key]).metrics(words[key], key))
            for key in sets
            for name, model in models.items()
        )

    def _on_reference(self, challenger: bytes) -> tuple[Evaluation, Evaluation] | None:
        if self._first_reference is None:
            return None
        return self._cache.evaluation(challenger, self._reference_set), self._first_reference
