"""From labelled drawings to a version that could be published: trained from nothing, or on from a champion."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding
from collector.ink.path import Path48, pack_path48
from collector.ink.snapshot import Ink20, Place, pack_ink20
from training.data.dataset import (
    EVALUATION_STAGES,
    LabelledDrawing,
    Snapshots,
    Variety,
    evaluation_snapshots,
    training_snapshots,
)
from training.data.reference import reference_drawings
from training.data.sources import Source
from training.families.recipes import Family, Recipe, Resume
from training.learning.comparison import Bench, Rivals
from training.learning.distillation import Copies, Lessons
from training.learning.evaluation import Evaluation, evaluate, prepare
from training.learning.gate import Verdict, decide
from training.learning.selection import split_by_weight
from training.models.artifact import Artifact, check_artifact, file_entries, golden_predictions, version_name
from training.models.card import Card, Learnt, TrainedOn
from training.models.interpreter import Interpreter

if TYPE_CHECKING:
    from training.learning.fit import Fitted

PART_WAY = (0.5, 0.25)  # of the way that training went, tried in turn when all of it is refused
SNAPSHOTS_PER_SHOWN = 2  # made for each that is drawn from them, so that few are drawn twice
REPLAY_COPIES = 2  # augmented, of each reference drawing
WHOLE_SHARE = 20  # drawings from which on new (or known) ones get all of their share of a batch, and steps their size
FIRST_OPINION = 0.5  # of what is taught on contributed drawings is the first model's opinion, which no one can send
GOLDEN_SNAPSHOTS = 8  # of reference drawings, at different stages
CREDITS = {
    "pendigits": "Pen-Based Recognition of Handwritten Digits, E. Alpaydin and F. Alimoglu, 1998, UCI Machine Learning "
    "Repository, doi 10.24432/C5MG6K, CC BY 4.0",
    "unipen": "UNIPEN train_r01_v07, International Unipen Foundation, Zenodo 1195803, CC BY 4.0",
}

Progress = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Run:
    """What a training needs besides drawings: its seed, its cores, who watches, who may stop it, what is ready."""

    seed: int = 1
    threads: int = 1  # cores
    progress: Progress = iter
    should_stop: Callable[[], bool] = lambda: False
    bench: Bench = field(default_factory=Bench)
    lessons: Lessons = field(default_factory=Lessons)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A challenger, what was measured of it, and what the gate says."""

    artifact: Artifact
    evaluation: Evaluation
    verdict: Verdict

    def having_learnt(self, learnt: Learnt) -> Outcome:
        """The same, whose card tells of this."""
        return replace(self, artifact=replace(self.artifact, card=replace(self.artifact.card, learnt=learnt)))


def train_from_nothing(
    family: Family,
    recipe: Recipe,
    drawings: Sequence[LabelledDrawing],
    run: Run,
    teacher: Artifact | None = None,
) -> Outcome:
    """Trains a first model on the training drawings and evaluates it on the validation ones, or on reference drawings.

    With a `teacher`, its predictions for the same snapshots are soft labels beside the labels.
    """
    from training.learning import fit  # noqa: PLC0415 - TensorFlow, only once there is something to train on

    fit.use_threads(run.threads)
    training, validation = [drawing for drawing in drawings if drawing.use == "training"], validation_drawings(drawings)
    variety = Variety(recipe.copies, recipe.cuts, recipe.strength)
    copies = Copies(training, variety, run.seed, processes=run.threads, progress=run.progress)
    snapshots = run.lessons.snapshots(copies, family.encoding)
    opinions = None if teacher is None else run.lessons.opinions(copies, teacher)
    source = Source(snapshots, opinions=opinions, trust=recipe.teaching)
    fitted = fit.fit(family, recipe, [source], seed=run.seed, progress=run.progress, should_stop=run.should_stop)
    evaluation = evaluate(Interpreter(fitted.model, family.encoding), prepare(validation, family.encoding))
    verdict = decide(evaluation, None)
    used = {**asdict(recipe), "strength": list(recipe.strength), "seed": run.seed}  # as JSON gives it back
    used["teacher"] = None if teacher is None else f"{teacher.card.family} {teacher.card.version}"
    card = _card(family, fitted, evaluation, describe_evaluation_set(validation), trained_on(training), used)
    return _outcome(replace(card, gate=verdict.to_record()), fitted, evaluation, verdict)


def against_champion(outcome: Outcome, champion: Artifact, drawings: Sequence[LabelledDrawing]) -> Outcome:
    """The same challenger, measured against a champion that is there already."""
    encoding = champion.card.encoding
    rival = evaluate(Interpreter(champion.model, encoding), prepare(validation_drawings(drawings), encoding))
    verdict = decide(outcome.evaluation, rival)
    card = replace(outcome.artifact.card, replaces=champion.card.version, gate=verdict.to_record())
    return Outcome(replace(outcome.artifact, card=card), outcome.evaluation, verdict)


def validation_drawings(drawings: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
    """The drawings that decide; the project's own where there are none."""
    return [drawing for drawing in drawings if drawing.use == "validation"] or list(reference_drawings("validation"))


def learn_on(
    family: Family,
    champion: Artifact,
    baseline: Artifact | None,
    known: Sequence[LabelledDrawing],
    new: Sequence[LabelledDrawing],
    validation: Sequence[LabelledDrawing],
    run: Run,
    withdrawn: int = 0,
) -> Outcome:
    """The champion trained a little further on the `new` drawings, replaying those `known` and reference ones.

    `withdrawn` is how many were deleted by their contributors: none of them is among these, and the card tells it.

    Raises:
        ValueError: the family is not trained further.
    """
    from training.learning import fit  # noqa: PLC0415 - as above

    if family.resume is None:
        raise ValueError(f"{family.name} is not trained further as drawings arrive")
    fit.use_threads(run.threads)
    resume, encoding = family.resume, family.encoding
    recipe = Recipe(resume.optimizer, _learning_rate(resume, len(new)), "constant", resume.batches, resume.batch_size)
    replayed, *contributed = _resume_mix(resume, encoding, known, new, run.seed)
    # On reference drawings what the champion says is kept, whatever their labels are.
    sources = [Source(*replayed, keep=True)]
    for snapshots, share in contributed:
        said = None if baseline is None else _said_by(baseline, snapshots)
        sources.append(Source(snapshots, share, said, FIRST_OPINION))
    fitted = fit.fit(
        family, recipe, sources, seed=run.seed, resume=champion.weights, pull=resume.pull,
        progress=run.progress, should_stop=run.should_stop,
    )  # fmt: skip
    rivals = Rivals(champion, baseline, new, run.bench.measured(validation, encoding), run.bench)
    evaluation, verdict = rivals.decide(fitted.model)
    for share in PART_WAY:
        if verdict.accepted:
            break
        nearer = fit.part_way(family, champion.weights, fitted, share)
        nearer_evaluation, nearer_verdict = rivals.decide(nearer.model)
        if nearer_verdict.accepted:  # else the card tells of the whole way, and why it was refused
            fitted, evaluation, verdict = nearer, nearer_evaluation, nearer_verdict
    card = _card(
        family, fitted, evaluation, describe_evaluation_set(validation),
        _grown(champion.card.trained_on, new, withdrawn),
        {**asdict(resume), "learning_rate": recipe.learning_rate, "first_opinion": FIRST_OPINION, "seed": run.seed},
    )  # fmt: skip
    card = replace(card, resumed_from=champion.card.version, replaces=champion.card.version, gate=verdict.to_record())
    return _outcome(card, fitted, evaluation, verdict)


def _said_by(artifact: Artifact, snapshots: Snapshots) -> NDArray[np.float32]:
    """The opinions of a model as it is served, (n, 10)."""
    return Interpreter(artifact.model, snapshots.encoding).predict_each(snapshots.batch(slice(None)))


def _learning_rate(resume: Resume, new: int) -> float:
    """Smaller for a handful of drawings.

    Adam's steps are of one size however little there is to learn: four drawings a round, at a fiftieth of a batch,
    moved the weights as far as twenty did, and in no direction that was good for anybody.
    """
    return resume.learning_rate * min(1.0, new / WHOLE_SHARE)


def _resume_mix(
    resume: Resume, encoding: Encoding, known: Sequence[LabelledDrawing], new: Sequence[LabelledDrawing], seed: int
) -> list[tuple[Snapshots, float]]:
    """New drawings get as much of a batch as all that were known before: they are what is to be learned."""
    rest = (1 - resume.replay) / (2 if known else 1)
    return [
        (_reference_snapshots(encoding, seed), resume.replay),
        *_weighed(new, encoding, Variety(_copies(resume, rest, len(new))), seed + 1, rest),
        *_weighed(known, encoding, Variety(1), seed + 2, rest),
    ]


def _copies(resume: Resume, share: float, drawings: int) -> int:
    """Of each drawing, no more than batches will show: of many drawings, most of ten copies each were never drawn."""
    shown = resume.batches * resume.batch_size * share
    return max(1, min(resume.copies, round(SNAPSHOTS_PER_SHOWN * shown / (len(EVALUATION_STAGES) * max(1, drawings)))))


def _weighed(
    drawings: Sequence[LabelledDrawing], encoding: Encoding, variety: Variety, seed: int, share: float
) -> list[tuple[Snapshots, float]]:
    """Snapshots with their share of a batch, of which no contributor has more than the others together.

    A handful gets a part of the share alone: seen again and again, they would be learnt at everyone else's cost.
    """
    share *= min(1.0, len(drawings) / WHOLE_SHARE)
    return [
        (training_snapshots(part, encoding, variety, seed), share * weight)
        for part, weight in split_by_weight(drawings)
    ]


@functools.cache
def _reference_snapshots(encoding: Encoding, seed: int) -> Snapshots:
    return training_snapshots(reference_drawings("replay"), encoding, Variety(REPLAY_COPIES), seed)


def _card(
    family: Family,
    fitted: Fitted,
    evaluation: Evaluation,
    evaluated_on: str,
    learned_from: TrainedOn,
    recipe: dict[str, Any],
) -> Card:
    now = datetime.now(UTC)
    interpreter = Interpreter(fitted.model, family.encoding)
    return Card(
        family=family.name,
        version=version_name(now, fitted.model),
        created_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        encoding=family.encoding,
        files=file_entries(fitted.model, fitted.weights),
        metrics=evaluation.metrics(evaluated_on),
        trained_on=learned_from,
        standing=round(evaluation.mean, 4),
        golden=golden_predictions(interpreter, family.encoding, golden_payloads(family.encoding)),
        recipe=recipe,
    )


def _outcome(card: Card, fitted: Fitted, evaluation: Evaluation, verdict: Verdict) -> Outcome:
    artifact = Artifact(card, fitted.model, fitted.weights)
    check_artifact(artifact)  # nothing is handed on that the service would not take
    return Outcome(artifact, evaluation, verdict)


def trained_on(drawings: Sequence[LabelledDrawing]) -> TrainedOn:
    sources = Counter(drawing.source for drawing in drawings)
    return TrainedOn(
        drawings=len(drawings),
        contributors=len({drawing.contributor for drawing in drawings}),
        sources=dict(sorted(sources.items())),
        credits=tuple(line for prefix, line in CREDITS.items() if any(name.startswith(prefix) for name in sources)),
    )


def _grown(before: TrainedOn, new: Sequence[LabelledDrawing], withdrawn: int) -> TrainedOn:
    """What the weights come from now; a contributor who came before is counted again, for no one is remembered."""
    added = trained_on(new)
    return TrainedOn(
        drawings=before.drawings + added.drawings,
        contributors=before.contributors + added.contributors,
        sources=dict(sorted((Counter(before.sources) + Counter(added.sources)).items())),
        credits=tuple(dict.fromkeys((*before.credits, *added.credits))),
        withdrawn=withdrawn,
    )


def describe_evaluation_set(validation: Sequence[LabelledDrawing]) -> str:
    """Which drawings measured, in words for the card."""
    own = sum(drawing.source == "reference" for drawing in validation)
    others = [drawing for drawing in validation if drawing.source != "reference"]
    writers = len({drawing.contributor for drawing in others})
    parts = [f"{len(others)} drawings by {writers} held-out contributors"] if others else []
    return " and ".join([*parts, *([f"{own} reference drawings"] if own else [])])


def golden_payloads(encoding: Encoding) -> list[bytes]:
    """Frames' payloads of reference drawings: different digits at different stages."""
    measured = evaluation_snapshots(reference_drawings("validation")[:10], encoding)
    rows = [(k * 11 + 4) % 100 for k in range(GOLDEN_SNAPSHOTS)]
    return [_payload(measured, row) for row in rows]


def _payload(snapshots: Snapshots, row: int) -> bytes:
    inputs: dict[str, Any] = {name: array[row] for name, array in snapshots.inputs.items()}
    match snapshots.encoding:
        case "ink20":
            return pack_ink20(Ink20(inputs["cells"], Place(*(int(n) for n in inputs["place"]))))
        case "canvas20":
            return bytes(inputs["cells"].tobytes())
        case "path48":
            width, height = (int(n) for n in inputs["canvas"])
            return pack_path48(Path48(inputs["points"], inputs["starts"], width, height))
