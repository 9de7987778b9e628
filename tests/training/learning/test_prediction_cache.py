"""What validation remembers is what it would find out anew, whichever drawings came, went or changed places."""

from __future__ import annotations

import numpy as np
import pytest

from collector.ink.encodings import Encoding
from training.data.dataset import LabelledDrawing
from training.data.reference import reference_drawings
from training.families.recipes import Family
from training.learning.challenger import Outcome
from training.learning.comparison import Bench
from training.learning.evaluation import evaluate, prepare, to_record
from training.learning.prediction_cache import Said, prepare_new
from training.models.interpreter import Interpreter

DRAWINGS = list(reference_drawings("validation", 2))
CHOICES = [DRAWINGS[4:16], DRAWINGS[9:3:-1], [DRAWINGS[19], *DRAWINGS[6:8]], DRAWINGS[16:], DRAWINGS]


@pytest.mark.parametrize("chosen", CHOICES)
@pytest.mark.parametrize("encoding", ["ink20", "path48"])
def test_drawings_made_ready_before_are_as_if_made_ready_now(encoding: Encoding, chosen: list[LabelledDrawing]) -> None:
    before = prepare(DRAWINGS[2:14], encoding)

    found, expected = prepare_new(chosen, encoding, before), prepare(chosen, encoding)

    assert (found.ids, found.writers, found.labels.tolist()) == (
        expected.ids,
        expected.writers,
        expected.labels.tolist(),
    )
    for name, array in expected.inputs.inputs.items():
        np.testing.assert_array_equal(found.inputs.inputs[name], array)
    for field in ("labels", "ink", "drawing"):
        np.testing.assert_array_equal(getattr(found.inputs, field), getattr(expected.inputs, field))


def test_a_model_says_of_drawings_what_it_said_and_is_asked_of_each_once(
    family: Family, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, asked = Said(outcome.artifact.model), []
    predict = Interpreter.predict

    def count(interpreter: Interpreter, inputs: dict[str, np.ndarray]) -> np.ndarray:
        asked.append(1)
        return predict(interpreter, inputs)

    expected = [
        evaluate(Interpreter(outcome.artifact.model, family.encoding), prepare(chosen, family.encoding))
        for chosen in CHOICES
    ]
    monkeypatch.setattr(Interpreter, "predict", count)
    found = [said.evaluation(prepare(chosen, family.encoding)) for chosen in CHOICES]

    assert [to_record(evaluation) for evaluation in found] == [to_record(evaluation) for evaluation in expected]
    assert len(asked) == 10 * len(DRAWINGS)


def test_the_bench_follows_the_drawings_that_judge(family: Family, outcome: Outcome) -> None:
    bench = Bench()
    interpreter = Interpreter(outcome.artifact.model, family.encoding)

    for chosen in CHOICES:
        found = bench.evaluation(outcome.artifact.model, bench.measured(chosen, family.encoding))

        assert to_record(found) == to_record(evaluate(interpreter, prepare(chosen, family.encoding)))
