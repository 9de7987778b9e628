"""Trains a symbol set's own model of a family on all of the set's drawings, from the shipped weights on.

The last layer starts anew; the rest of the shipped model knows how strokes go. Sets are small, so that a retraining
begins at the shipped weights again: nothing is forgotten, and a deleted drawing leaves no trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from collector.symbols.symbol_set import SymbolSet
from training.data.dataset import NO_DIGIT, LabelledDrawing, Variety, evaluation_snapshots, training_snapshots
from training.data.generated.non_digits import made_non_digits
from training.data.sources import Source
from training.evaluation.evaluation import Evaluation, measure, set_id_of
from training.evaluation.gate import Verdict, decide
from training.evaluation.thresholds import thresholds_of
from training.families.recipes import Family, Recipe
from training.learning.cards import make_card, provenance, recipe_record
from training.learning.challenger import Outcome, Run
from training.learning.symbol_sets.examples import ExampleVectors, predicted_by_examples, predicted_by_others
from training.learning.symbol_sets.validation import FOLDS, Split
from training.models.artifact import Artifact
from training.models.card import Classes, VersionMetrics
from training.models.few_shot.recogniser import Examples, FewShot
from training.models.interpreter import Interpreter

if TYPE_CHECKING:
    from training.learning.fitting.fit import Fitted

BY_EXAMPLES = "the nearest examples"  # the reference model of a set, in the gate's words
LIKE_A_SYMBOL = 0.5  # doubt below which a scribble is too much like a symbol of the set to train doubt on

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SetDrawings:
    """The drawings of one training. `places` are those of the classes that the model is to know, in its order."""

    symbols: SymbolSet
    places: tuple[int, ...]
    split: Split
    new: frozenset[str]  # ids of drawings that the champion was not trained on

    @property
    def classes(self) -> Classes:
        return Classes(self.symbols.id, tuple(self.symbols.classes[place].id for place in self.places))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.symbols.classes[place].name for place in self.places)

    def labelled(self, drawings: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
        """The drawings, labelled by the model's outputs."""
        numbers = {place: number for number, place in enumerate(self.places)}
        return [replace(drawing, label=numbers[drawing.label]) for drawing in drawings]


def train_set(
    family: Family, drawings: SetDrawings, shipped: Artifact | None, champion: Artifact | None,
    vectors: ExampleVectors, run: Run,
) -> Outcome:  # fmt: skip
    """Trains a challenger for one set and compares it with the champion and with the nearest examples.

    Raises:
        ValueError: the family has no recipe for symbol sets.
        Stopped: `run.should_stop` returned true.
    """
    recipe = family.symbols
    if recipe is None:
        raise ValueError(f"family {family.name} has no recipe for symbol sets")
    training = drawings.labelled(drawings.split.training)
    trainee = _Trainee(family, recipe, len(drawings.places), shipped, vectors, run)
    if drawings.split.folds is None:
        validation = drawings.labelled(drawings.split.validation)
        fitted = trainee.fit(training)
        rows = _predict(family, fitted.model, trainee.classes, validation)
    else:
        validation, folds = training, drawings.split.folds
        rows = trainee.cross_validated(training, folds)
        fitted = trainee.fit(training)
    evaluation = _measured(rows[:, :, :-1], validation)
    verdict = _compared(drawings, trainee, validation, rows, champion)

    metrics = evaluation.metrics(drawings.split.words, set_id_of(drawing.id for drawing in validation))
    card = make_card(family, fitted, metrics, provenance(training), drawings.classes)
    card = replace(
        card,
        thresholds=thresholds_of(rows.astype(np.float64)) if rows[:, :, -1].any() else None,  # 0 without a doubt
        recipe=recipe_record({**asdict(recipe), "seed": run.seed, "warm_start": shipped and shipped.card.version}),
        replaces=None if champion is None else champion.card.version,
        gate=verdict.to_record(),
        cross_validation=None if drawings.split.folds is None else FOLDS,
        evaluations=(VersionMetrics(card.version, metrics),),
    )
    return Outcome(Artifact(card, fitted.model, fitted.weights), evaluation, verdict)


@dataclass(frozen=True, slots=True)
class _Trainee:
    family: Family
    recipe: Recipe
    classes: int
    shipped: Artifact | None
    vectors: ExampleVectors
    run: Run

    def fit(self, training: Sequence[LabelledDrawing]) -> Fitted:
        from training.learning.fitting import fit, runtime  # noqa: PLC0415 - TensorFlow, only once a training starts

        runtime.use_threads(self.run.threads)
        variety = Variety(self.recipe.copies, self.recipe.cuts, self.recipe.strength, habits=False)
        examples = [*training, *self._no_symbols(training)]
        snapshots = training_snapshots(examples, self.family.encoding, variety, self.run.seed)
        return fit.fit(
            self.family,
            self.recipe,
            [Source(snapshots)],
            seed=self.run.seed,
            initial_weights=None if self.shipped is None else self.shipped.weights,
            warm_start=True,
            classes=self.classes,
            keep_head=False,
            progress=self.run.progress,
            should_stop=self.run.should_stop,
        )

    def cross_validated(self, training: Sequence[LabelledDrawing], folds: NDArray[np.int64]) -> Floats:
        """Probabilities and doubt (drawings, stages, classes + 1) by models that don't know the drawing."""
        rows: Floats | None = None
        for fold in range(FOLDS):
            own = np.flatnonzero(folds == fold).tolist()
            fitted = self.fit([training[number] for number in np.flatnonzero(folds != fold).tolist()])
            found = _predict(self.family, fitted.model, self.classes, [training[number] for number in own])
            rows = np.empty((len(training), *found.shape[1:]), np.float32) if rows is None else rows
            rows[own] = found
        assert rows is not None  # noqa: S101 - there is at least one fold
        return rows

    def _no_symbols(self, training: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
        """Scribbles and the like, without those that look like a symbol of the set."""
        made = made_non_digits(training)
        if not made:
            return []
        recogniser = FewShot(self.examples(training), range(self.classes))
        seen = self.vectors.examples(made, [NO_DIGIT] * len(made)).vectors[:, -1]
        return [each for each, vector in zip(made, seen, strict=True) if recogniser.read(vector).doubt >= LIKE_A_SYMBOL]

    def examples(self, drawings: Sequence[LabelledDrawing]) -> Examples:
        return self.vectors.examples(drawings, [drawing.label for drawing in drawings])


def _predict(family: Family, model: bytes, classes: int, drawings: Sequence[LabelledDrawing]) -> Floats:
    """Probabilities and doubt (drawings, stages, classes + 1), one snapshot at a time, as the service predicts."""
    snapshots = evaluation_snapshots(drawings, family.encoding)
    rows = Interpreter(model, family.encoding, classes).predict_each_with_doubt(snapshots.batch(slice(None)))
    return rows.reshape(len(drawings), -1, classes + 1)


def _compared(
    drawings: SetDrawings, trainee: _Trainee, validation: Sequence[LabelledDrawing], rows: Floats,
    champion: Artifact | None,
) -> Verdict:  # fmt: skip
    """The gate's verdict: no worse than the champion on drawings that neither knows, and than the nearest examples."""
    is_cross_validated = drawings.split.folds is not None
    # A champion that was trained on these drawings reads them better than anyone's else.
    is_fair = champion is not None and not is_cross_validated and champion.card.cross_validation is None
    new = [number for number, drawing in enumerate(validation) if drawing.id in drawings.new]
    before = new_before = None
    if champion is not None and is_fair:
        before = _measured(_champion_rows(drawings, trainee, champion, validation), validation)
    elif champion is not None and is_cross_validated and new:
        chosen = [validation[number] for number in new]
        theirs = _champion_rows(drawings, trainee, champion, chosen)
        new_before = _measured(rows[new, :, :-1], chosen), _measured(theirs, chosen)
    by_examples = None
    if trainee.family.encoding == "path48":  # of pictures there are no few-shot examples
        by_examples = _measured(_rows_by_examples(drawings, trainee, validation), validation)
    if champion is not None and before is None and new_before is None and by_examples is None:
        return Verdict(True, ("Not compared with the current version, which was trained on these drawings.",))
    return decide(
        _measured(rows[:, :, :-1], validation), before, by_examples, new_before,
        names=drawings.names, first_model=BY_EXAMPLES, noise=1 / len(validation),
    )  # fmt: skip


def _measured(probabilities: Floats, drawings: Sequence[LabelledDrawing]) -> Evaluation:
    labels = np.array([drawing.label for drawing in drawings])
    return measure(probabilities.astype(np.float64), labels, [drawing.contributor for drawing in drawings])


def _rows_by_examples(drawings: SetDrawings, trainee: _Trainee, validation: Sequence[LabelledDrawing]) -> Floats:
    read = trainee.examples(validation)
    if drawings.split.folds is not None:
        return predicted_by_others(read, drawings.split.folds, trainee.classes)
    given = trainee.examples(drawings.labelled(drawings.split.training))
    return predicted_by_examples(given, read, trainee.classes)


def _champion_rows(
    drawings: SetDrawings, trainee: _Trainee, champion: Artifact, validation: Sequence[LabelledDrawing]
) -> Floats:
    """The champion's probabilities of the challenger's classes; 0 of those that it doesn't know."""
    theirs, ours = champion.card.classes.ids, drawings.classes.ids
    rows = _predict(trainee.family, champion.model, len(theirs), validation)
    found = np.zeros((*rows.shape[:2], len(ours)), np.float32)
    for number, class_id in enumerate(ours):
        if class_id in theirs:
            found[:, :, number] = rows[:, :, theirs.index(class_id)]
    return found
