"""Whom a challenger is measured against, and what needs measuring only once although every training asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from collector.ink.encodings import Encoding
from training.data.dataset import LabelledDrawing
from training.data.reference import reference_drawings
from training.learning.evaluation import Evaluation, EvaluationSet, evaluate, prepare
from training.learning.gate import Verdict, decide
from training.learning.prediction_cache import Said, prepare_new
from training.models.artifact import Artifact
from training.models.interpreter import Interpreter

KEPT_MODELS = 32


class Bench:
    """The validation drawings made ready, and what models did on them; both change far less often than models do."""

    def __init__(self, keep: int = KEPT_MODELS) -> None:
        self._keep = keep
        self._judged: dict[Encoding, EvaluationSet] = {}
        self._reference: dict[Encoding, EvaluationSet] = {}
        self._said: dict[bytes, Said] = {}

    def measured(self, drawings: Sequence[LabelledDrawing], encoding: Encoding) -> EvaluationSet:
        before = self._judged.get(encoding)
        if before is None or before.ids != tuple(drawing.id for drawing in drawings):
            self._judged[encoding] = prepare_new(list(drawings), encoding, before)
        return self._judged[encoding]

    def reference(self, encoding: Encoding) -> EvaluationSet:
        """The project's own validation drawings alone."""
        if encoding not in self._reference:
            self._reference[encoding] = prepare(reference_drawings("validation"), encoding)
        return self._reference[encoding]

    def evaluation(self, model: bytes, measured: EvaluationSet) -> Evaluation:
        """The flatbuffer's, as it is served."""
        said = self._said.pop(model, None) or Said(model)
        self._said[model] = said  # the last now; the one that was asked longest ago goes first
        while len(self._said) > self._keep:
            del self._said[next(iter(self._said))]
        return said.evaluation(measured)


class Rivals:
    """A champion and a baseline, each through the flatbuffer that is served."""

    def __init__(
        self,
        champion: Artifact,
        baseline: Artifact | None,
        new: Sequence[LabelledDrawing],
        measured: EvaluationSet,
        bench: Bench,
    ) -> None:
        self._bench, self._judged, self._new = bench, measured, prepare(new, measured.encoding)
        self._champion = bench.evaluation(champion.model, measured)
        self._champion_new = evaluate(Interpreter(champion.model, measured.encoding), self._new)
        self._baseline = None if baseline is None else bench.evaluation(baseline.model, measured)
        self._reference = bench.reference(measured.encoding)
        self._baseline_reference = None if baseline is None else bench.evaluation(baseline.model, self._reference)

    def decide(self, challenger: bytes) -> tuple[Evaluation, Verdict]:
        """The challenger's flatbuffer."""
        evaluation = self._bench.evaluation(challenger, self._judged)
        new = evaluate(Interpreter(challenger, self._judged.encoding), self._new), self._champion_new
        return evaluation, decide(evaluation, self._champion, self._baseline, new, self._on_reference(challenger))

    def _on_reference(self, challenger: bytes) -> tuple[Evaluation, Evaluation] | None:
        if self._baseline_reference is None:
            return None
        return self._bench.evaluation(challenger, self._reference), self._baseline_reference
