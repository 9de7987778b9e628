"""Whom a challenger is judged against, and what needs measuring only once although every training asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from collector.ink.encodings import Encoding
from training.data.dataset import LabelledDrawing
from training.data.reference import reference_drawings
from training.learning.evaluation import Evaluation, Judged, evaluate, prepare
from training.learning.gate import Verdict, judge
from training.learning.prediction_cache import Said, prepare_new
from training.models.artifact import Artifact
from training.models.interpreter import Interpreter

KEPT_MODELS = 32


class Bench:
    """The judging drawings made ready, and what models did on them; both change far less often than models do."""

    def __init__(self, keep: int = KEPT_MODELS) -> None:
        self._keep = keep
        self._judged: dict[Encoding, Judged] = {}
        self._reference: dict[Encoding, Judged] = {}
        self._said: dict[bytes, Said] = {}

    def judged(self, drawings: Sequence[LabelledDrawing], encoding: Encoding) -> Judged:
        before = self._judged.get(encoding)
        if before is None or before.ids != tuple(drawing.id for drawing in drawings):
            self._judged[encoding] = prepare_new(list(drawings), encoding, before)
        return self._judged[encoding]

    def reference(self, encoding: Encoding) -> Judged:
        """The project's own judging drawings alone."""
        if encoding not in self._reference:
            self._reference[encoding] = prepare(reference_drawings("judging"), encoding)
        return self._reference[encoding]

    def evaluation(self, model: bytes, judged: Judged) -> Evaluation:
        """The flatbuffer's, as it is served."""
        said = self._said.pop(model, None) or Said(model)
        self._said[model] = said  # the last now; the one that was asked longest ago goes first
        while len(self._said) > self._keep:
            del self._said[next(iter(self._said))]
        return said.evaluation(judged)


class Rivals:
    """A champion and a baseline, each through the flatbuffer that is served."""

    def __init__(
        self,
        champion: Artifact,
        baseline: Artifact | None,
        new: Sequence[LabelledDrawing],
        judged: Judged,
        bench: Bench,
    ) -> None:
        self._bench, self._judged, self._new = bench, judged, prepare(new, judged.encoding)
        self._champion = bench.evaluation(champion.model, judged)
        self._champion_new = evaluate(Interpreter(champion.model, judged.encoding), self._new)
        self._baseline = None if baseline is None else bench.evaluation(baseline.model, judged)
        self._reference = bench.reference(judged.encoding)
        self._baseline_reference = None if baseline is None else bench.evaluation(baseline.model, self._reference)

    def judge(self, challenger: bytes) -> tuple[Evaluation, Verdict]:
        """The challenger's flatbuffer."""
        evaluation = self._bench.evaluation(challenger, self._judged)
        new = evaluate(Interpreter(challenger, self._judged.encoding), self._new), self._champion_new
        return evaluation, judge(evaluation, self._champion, self._baseline, new, self._on_reference(challenger))

    def _on_reference(self, challenger: bytes) -> tuple[Evaluation, Evaluation] | None:
        if self._baseline_reference is None:
            return None
        return self._bench.evaluation(challenger, self._reference), self._baseline_reference
