"""The training loop, on reference drawings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from collector.ink.encodings import INPUT_SPECS
from training.data.dataset import NO_DIGIT, Variety, evaluation_snapshots, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.sources import Source
from training.families.recipes import FAMILIES, Family, Recipe, WrongWeights, family_named
from training.learning.challenger import Outcome
from training.models.artifact import read_weights, write_weights
from training.models.interpreter import Interpreter

pytestmark = pytest.mark.slow  # trains models


def test_training_learns_its_examples(outcome: Outcome) -> None:
    assert outcome.evaluation.at(1.0) > 0.5  # a tenth is chance
    assert outcome.evaluation.log_loss[-1] < 1.6


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_flatbuffer_predicts_what_the_model_predicts(fit: Any, conversion: Any, family: Family) -> None:
    fit.keras.utils.set_random_seed(1)
    model = family.build_model(10)
    rng = np.random.default_rng(1)
    model.set_weights([w + rng.normal(0, 0.05, w.shape).astype(np.float32) for w in model.get_weights()])
    snapshots = evaluation_snapshots(reference_drawings("validation", 1)[3:5], family.encoding)

    interpreter = Interpreter(conversion.to_flatbuffer(model, family), family.encoding)

    for row in range(0, 20, 3):
        batch = snapshots.batch(slice(row, row + 1))
        assert {name: a.shape[1:] for name, a in batch.items()} == {
            s.name: s.shape for s in INPUT_SPECS[family.encoding]
        }
        np.testing.assert_allclose(
            interpreter.predict(batch), np.asarray(model(batch)["digits"])[0], atol=0.02
        )  # 8 bits


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_flatbuffer_has_the_models_doubt_and_embedding(fit: Any, conversion: Any, family: Family) -> None:
    fit.keras.utils.set_random_seed(1)
    model = family.build_model(10)
    snapshots = evaluation_snapshots(reference_drawings("validation", 1)[3:4], family.encoding)
    outputs = model(snapshots.batch(slice(5, 6)))

    interpreter = Interpreter(conversion.to_flatbuffer(model, family), family.encoding)
    interpreter.predict(snapshots.batch(slice(5, 6)))

    assert interpreter.doubts == ("doubt" in outputs) == (family.name != "original")
    assert interpreter.embeds == ("embedding" in outputs) == (family.name in ("path", "cnn"))
    if interpreter.doubts:
        assert interpreter.doubt() == pytest.approx(float(outputs["doubt"][0, 0]), abs=0.02)
    if interpreter.embeds:
        embedding = interpreter.embedding()
        assert embedding is not None
        np.testing.assert_allclose(embedding, np.asarray(outputs["embedding"])[0], atol=0.05)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_weights_of_the_release_without_doubt_predict_as_before_and_doubt_little(
    conversion: Any, family: Family
) -> None:
    model = family.build_model(10)
    arrays = read_weights(conversion.weights_of(model))
    rng = np.random.default_rng(1)
    arrays = {name: a + rng.normal(0, 0.05, a.shape).astype(np.float32) for name, a in arrays.items()}
    snapshots = evaluation_snapshots(reference_drawings("validation", 1)[3:4], family.encoding).batch(slice(0, 10))
    conversion.set_weights(model, write_weights(arrays))
    expected = np.asarray(model(snapshots)["digits"])

    conversion.set_weights(model, write_weights(_without_doubt(family, arrays)))

    outputs = model(snapshots)
    np.testing.assert_allclose(np.asarray(outputs["digits"]), expected, atol=1e-6)
    assert "doubt" not in outputs or float(np.max(outputs["doubt"])) < 0.02


def _without_doubt(family: Family, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays as the release before had them: no layer for the doubt, or no eleventh output."""
    names = list(arrays)
    if family.name == "softmax":
        by_output = {name: array.reshape(*array.shape[:-1], -1, 11)[..., :10] for name, array in arrays.items()}
        return {name: array.reshape(*array.shape[:-2], -1) for name, array in by_output.items()}
    return {name: arrays[name] for name in (names if family.name == "original" else names[:-2])}


def test_drawings_of_no_digit_train_doubt_alone(fit: Any, family: Family) -> None:
    digits = reference_drawings("validation", 4)
    others = [
        replace(d, id=f"{d.id}-x", lines=tuple(line[:, ::-1] * 0.3 for line in d.lines), label=NO_DIGIT) for d in digits
    ]
    snapshots = evaluation_snapshots([*digits, *others], family.encoding)
    recipe = replace(family.recipe, batches=600, batch_size=200)

    fitted = fit.fit(family, recipe, [Source(snapshots)], seed=1)

    rows = Interpreter(fitted.model, family.encoding).predict_each_with_doubt(snapshots.batch(slice(None)))
    late = snapshots.ink > 0.9
    is_digit = snapshots.labels != NO_DIGIT
    assert rows[late & ~is_digit, 10].mean() > rows[late & is_digit, 10].mean() + 0.3
    right = rows[late & is_digit, :10].argmax(axis=1) == snapshots.labels[late & is_digit]
    assert right.mean() > 0.5


def test_continued_training_starts_from_the_given_weights(fit: Any, outcome: Outcome, family: Family) -> None:
    snapshots = evaluation_snapshots(reference_drawings("validation", 2), family.encoding)
    still = replace(family.recipe, batches=1, learning_rate=0.0)

    resumed = fit.fit(family, still, [Source(snapshots)], seed=1, initial_weights=outcome.artifact.weights)

    before = Interpreter(outcome.artifact.model, family.encoding).predict(snapshots.batch(slice(7, 8)))
    after = Interpreter(resumed.model, family.encoding).predict(snapshots.batch(slice(7, 8)))
    np.testing.assert_allclose(after, before, atol=1e-5)


def test_l2_sp_keeps_weights_near_the_initial_ones(fit: Any, outcome: Outcome, family: Family) -> None:
    snapshots = training_snapshots(reference_drawings("validation", 2), family.encoding, Variety(1), 1)
    recipe = replace(family.recipe, batches=30, batch_size=100)

    def distance(l2_sp: float) -> float:
        fitted = fit.fit(
            family, recipe, [Source(snapshots)], seed=1, initial_weights=outcome.artifact.weights, l2_sp=l2_sp
        )
        before, after = read_weights(outcome.artifact.weights), read_weights(fitted.weights)
        return sum(float(np.square(after[name] - before[name]).sum()) for name in before)

    assert distance(l2_sp=0.1) < distance(l2_sp=0.0) / 2


def test_distillation_from_the_champion_ignores_the_labels(fit: Any, outcome: Outcome, family: Family) -> None:
    snapshots = training_snapshots(reference_drawings("validation", 2), family.encoding, Variety(1), 1)
    mislabelled = replace(snapshots, labels=(snapshots.labels + 1) % 10)
    recipe = replace(family.recipe, batches=30, batch_size=100)

    kept = fit.fit(
        family,
        recipe,
        [Source(mislabelled, distil_from_champion=True)],
        seed=1,
        initial_weights=outcome.artifact.weights,
    )

    before, after = read_weights(outcome.artifact.weights), read_weights(kept.weights)
    assert max(float(np.abs(after[name] - before[name]).max()) for name in before) < 1e-3


def test_interpolated_weights_lie_between(fit: Any, outcome: Outcome, family: Family) -> None:
    there = read_weights(outcome.artifact.weights)
    nowhere = write_weights({name: np.zeros_like(w) for name, w in there.items()})

    half = fit.interpolate(family, nowhere, fit.Fitted(b"", outcome.artifact.weights, ()), 0.5)

    for name, weights in read_weights(half.weights).items():
        np.testing.assert_allclose(weights, there[name] / 2, atol=1e-6)


def test_weights_of_another_model_are_rejected(fit: Any, outcome: Outcome) -> None:
    softmax = family_named("softmax")
    snapshots = evaluation_snapshots(reference_drawings("validation", 1), "ink20")

    with pytest.raises(WrongWeights):
        fit.fit(softmax, softmax.recipe, [Source(snapshots)], seed=1, initial_weights=outcome.artifact.weights)


def test_the_same_seed_gives_the_same_model(fit: Any, family: Family) -> None:
    snapshots = evaluation_snapshots(reference_drawings("validation", 1), family.encoding)
    recipe = Recipe("sgd", 0.5, "constant", batches=5, batch_size=50)

    one, same = (fit.fit(family, recipe, [Source(snapshots)], seed=3) for _ in range(2))

    assert read_weights(one.weights).keys() == read_weights(same.weights).keys()
    assert one.losses == same.losses


def test_a_cached_graph_keeps_nothing_of_an_earlier_training(fit: Any, outcome: Outcome, family: Family) -> None:
    snapshots = evaluation_snapshots(reference_drawings("validation", 1), family.encoding)
    few = [Source(snapshots)]
    many = [Source(snapshots), Source(snapshots, 0.5), Source(snapshots, 0.2)]
    recipe = Recipe("adam", 1e-3, "constant", batches=5, batch_size=50)

    once = fit.fit(family, recipe, few, seed=3, initial_weights=outcome.artifact.weights, l2_sp=0.01)
    fit.fit(family, replace(recipe, learning_rate=1e-2), many, seed=4, initial_weights=once.weights, l2_sp=0.01)
    again = fit.fit(family, recipe, few, seed=3, initial_weights=outcome.artifact.weights, l2_sp=0.01)

    assert again == once  # nothing is left of the training in between


def test_training_stops_when_asked_to(fit: Any, family: Family) -> None:
    snapshots = evaluation_snapshots(reference_drawings("validation", 1), family.encoding)
    asked = iter([False, False, True])

    with pytest.raises(fit.Stopped):
        fit.fit(family, family.recipe, [Source(snapshots)], seed=1, should_stop=lambda: next(asked))


def test_soft_labels_are_part_of_the_targets(fit: Any, outcome: Outcome, family: Family) -> None:
    snapshots = evaluation_snapshots(reference_drawings("validation", 2), family.encoding)
    one_off = np.eye(11, dtype=np.float32)[(snapshots.labels + 1) % 10]
    recipe = replace(family.recipe, batches=150, batch_size=100)
    late = snapshots.ink > 0.9

    fitted = fit.fit(family, recipe, [Source(snapshots, soft_labels=one_off, distillation_weight=0.9)], seed=1)

    interpreter = Interpreter(fitted.model, family.encoding)
    guesses = [interpreter.predict(snapshots.batch(slice(row, row + 1))).argmax() for row in np.flatnonzero(late)]
    assert np.mean(np.array(guesses) == (snapshots.labels[late] + 1) % 10) > 0.5  # the labels alone would give none


def test_soft_labels_equal_the_served_predictions(fit: Any, outcome: Outcome, family: Family) -> None:
    snapshots = evaluation_snapshots(reference_drawings("validation", 1), family.encoding)

    soft_labels = fit.soft_labels(family, outcome.artifact.weights, snapshots)

    served = Interpreter(outcome.artifact.model, family.encoding).predict(snapshots.batch(slice(9, 10)))
    np.testing.assert_allclose(soft_labels[9, :10], served, atol=0.02)  # 8 bits
