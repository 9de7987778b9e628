"""Cached evaluations equal fresh ones, whichever drawings were added, removed or reordered."""

from __future__ import annotations

import numpy as np
import pytest

from collector.ink.encodings import Encoding
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.evaluation.comparison import EvaluationCache
from training.evaluation.evaluation import evaluate, prepare, to_record
from training.evaluation.prediction_cache import PredictionCache, prepare_incrementally
from training.families.recipes import Family
from training.learning.challenger import Outcome
from training.models.interpreter import Interpreter

pytestmark = pytest.mark.slow  # trains a model

DRAWINGS = list(reference_drawings("validation", 2))
CHOICES = [DRAWINGS[4:16], DRAWINGS[9:3:-1], [DRAWINGS[19], *DRAWINGS[6:8]], DRAWINGS[16:], DRAWINGS]


@pytest.mark.parametrize("chosen", CHOICES)
@pytest.mark.parametrize("encoding", ["ink20", "path48"])
def test_sets_prepared_incrementally_equal_sets_prepared_afresh(
    encoding: Encoding, chosen: list[LabelledDrawing]
) -> None:
    before = prepare(DRAWINGS[2:14], encoding)

    found, expected = prepare_incrementally(chosen, encoding, before), prepare(chosen, encoding)

    assert (found.ids, found.writers, found.labels.tolist()) == (
        expected.ids,
        expected.writers,
        expected.labels.tolist(),
    )
    for name, array in expected.inputs.inputs.items():
        np.testing.assert_array_equal(found.inputs.inputs[name], array)
    for field in ("labels", "ink", "drawing"):
        np.testing.assert_array_equal(getattr(found.inputs, field), getattr(expected.inputs, field))


def test_a_model_predicts_each_drawing_once(family: Family, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, predicted = PredictionCache(outcome.artifact.model), []
    predict = Interpreter.predict

    def count(interpreter: Interpreter, inputs: dict[str, np.ndarray]) -> np.ndarray:
        predicted.append(1)
        return predict(interpreter, inputs)

    expected = [
        evaluate(Interpreter(outcome.artifact.model, family.encoding), prepare(chosen, family.encoding))
        for chosen in CHOICES
    ]
    monkeypatch.setattr(Interpreter, "predict", count)
    found = [cache.evaluation(prepare(chosen, family.encoding)) for chosen in CHOICES]

    assert [to_record(evaluation) for evaluation in found] == [to_record(evaluation) for evaluation in expected]
    assert len(predicted) == 10 * len(DRAWINGS)


def test_the_evaluation_cache_follows_changes_of_the_validation_drawings(family: Family, outcome: Outcome) -> None:
    cache = EvaluationCache()
    interpreter = Interpreter(outcome.artifact.model, family.encoding)

    for chosen in CHOICES:
        found = cache.evaluation(outcome.artifact.model, cache.prepared(chosen, family.encoding))

        assert to_record(found) == to_record(evaluate(interpreter, prepare(chosen, family.encoding)))
