"""Whom a challenger is judged against, and what needs measuring only once although every training asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from training.artifact import Artifact
from training.dataset import LabelledDrawing
from training.encodings import Encoding
from training.evaluation import Evaluation, Judged, evaluate, prepare
from training.gate import Verdict, judge
from training.interpreter import Interpreter

if TYPE_CHECKING:
    from training.fit import Fitted

KEPT_EVALUATIONS = 16


class Bench:
    """The judging drawings made ready, and what models did on them; both change far less often than models do."""

    def __init__(self) -> None:
        self._judged: dict[Encoding, tuple[tuple[str, ...], Judged]] = {}
        self._evaluations: dict[tuple[bytes, int], tuple[Judged, Evaluation]] = {}

    def judged(self, drawings: Sequence[LabelledDrawing], encoding: Encoding) -> Judged:
        ids = tuple(drawing.id for drawing in drawings)
        kept = self._judged.get(encoding)
        if kept is None or kept[0] != ids:
            kept = self._judged[encoding] = ids, prepare(drawings, encoding)
        return kept[1]

    def evaluation(self, model: bytes, judged: Judged) -> Evaluation:
        """The flatbuffer's, as it is served."""
        key = (model, id(judged))  # `judged` is kept with it, so its id is no one else's
        if key not in self._evaluations:
            self._evaluations[key] = judged, evaluate(Interpreter(model, judged.encoding), judged)
            while len(self._evaluations) > KEPT_EVALUATIONS:
                del self._evaluations[next(iter(self._evaluations))]
        return self._evaluations[key][1]


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
        self._bench, self._judged, self._own = bench, judged, prepare(new, judged.encoding)
        self._champion = bench.evaluation(champion.model, judged)
        self._champion_own = evaluate(Interpreter(champion.model, judged.encoding), self._own)
        self._baseline = None if baseline is None else bench.evaluation(baseline.model, judged)

    def judge(self, fitted: Fitted) -> tuple[Evaluation, Verdict]:
        evaluation = self._bench.evaluation(fitted.model, self._judged)
        own = evaluate(Interpreter(fitted.model, self._judged.encoding), self._own)
        return evaluation, judge(evaluation, self._champion, self._baseline, (own, self._champion_own))
