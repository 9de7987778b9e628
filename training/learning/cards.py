"""Writes the card of a newly trained version: metrics, provenance, credits and golden predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collector.ink.encodings import Encoding
from collector.ink.path import Path48, pack_path48
from collector.ink.snapshot import Ink20, Place, pack_ink20
from training.data.dataset import LabelledDrawing, Snapshots, evaluation_snapshots
from training.data.generated.reference import reference_drawings
from training.families.recipes import Family
from training.models.artifact import file_entries, golden_predictions, version_name
from training.models.card import DIGIT_CLASSES, Card, Classes, Metrics, TrainedOn, VersionMetrics
from training.models.interpreter import Interpreter

if TYPE_CHECKING:
    from training.learning.fitting.fit import Fitted

GOLDEN_SNAPSHOTS = 8  # of reference drawings, at different stages
CREDITS = {
    "pendigits": "Pen-Based Recognition of Handwritten Digits, E. Alpaydin and F. Alimoglu, 1998, UCI Machine Learning "
    "Repository, doi 10.24432/C5MG6K, CC BY 4.0",
    "unipen": "UNIPEN train_r01_v07, International Unipen Foundation, Zenodo 1195803, CC BY 4.0",
    "uji2": "UJI Pen Characters (Version 2), D. Llorens, F. Prat, A. Marzal, J. M. Vilar and others, 2008, UCI Machine "
    "Learning Repository 177, CC BY 4.0",
    "apple-pencil": "handwritten-digits-corpus, skahl on GitHub, Apache-2.0",
    "lipitk": "LipiTk, the Lipi Toolkit, MIT",
    "ipad-touch": "NumberPad, bridger on GitHub, Apache-2.0",
    "android-touch": "example gestures of two open Android apps, MIT and Apache-2.0",
}


def make_card(
    family: Family, fitted: Fitted, metrics: Metrics, trained_on: TrainedOn, classes: Classes = DIGIT_CLASSES
) -> Card:
    """The card of a version that was made now; the caller adds recipe, gate and what it resumed from."""
    now = datetime.now(UTC)
    interpreter = Interpreter(fitted.model, family.encoding, len(classes.ids))
    return Card(
        family=family.name,
        version=version_name(now, fitted.model),
        created_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        encoding=family.encoding,
        files=file_entries(fitted.model, fitted.weights),
        metrics=metrics,
        trained_on=trained_on,
        standing=metrics.mean,
        classes=classes,
        golden=golden_predictions(interpreter, family.encoding, golden_payloads(family.encoding)),
    )


# The names of hyperparameters that cards of the first releases have; new cards keep them.
_STORED_HYPERPARAMETERS = {"distillation_weight": "teaching", "l2_sp": "pull", "replay_ratio": "replay"}


def recipe_record(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as the card keeps them."""
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in hyperparameters.items()}
    return {_STORED_HYPERPARAMETERS.get(name, name): value for name, value in plain.items()}


def provenance(drawings: Sequence[LabelledDrawing]) -> TrainedOn:
    """Counts of the drawings by source, and the credits that their licences ask for."""
    sources = Counter(drawing.source for drawing in drawings)
    return TrainedOn(
        drawings=len(drawings),
        contributors=len({drawing.contributor for drawing in drawings}),
        sources=dict(sorted(sources.items())),
        credits=tuple(line for prefix, line in CREDITS.items() if any(name.startswith(prefix) for name in sources)),
    )


def added_provenance(before: TrainedOn, new: Sequence[LabelledDrawing], withdrawn: int) -> TrainedOn:
    """Provenance after training on `new` drawings too; returning contributors count again, since none is remembered."""
    added = provenance(new)
    return TrainedOn(
        drawings=before.drawings + added.drawings,
        contributors=before.contributors + added.contributors,
        sources=dict(sorted((Counter(before.sources) + Counter(added.sources)).items())),
        credits=tuple(dict.fromkeys((*before.credits, *added.credits))),
        withdrawn=withdrawn,
    )


def carried_evaluations(before: Iterable[Card], evaluated: Collection[str]) -> tuple[VersionMetrics, ...]:
    """Results of earlier versions on sets other than those `evaluated`, each with the version that it belongs to."""
    carried: dict[tuple[str, str], VersionMetrics] = {}
    for card in before:
        own = {each.metrics.set_key for each in card.evaluations if each.version == card.version}
        earlier = [each for each in card.evaluations if each.metrics.set_key not in own]
        scratch = [VersionMetrics(card.version, card.metrics)] if card.resumed_from is None else []
        for each in (*scratch, *earlier):
            if each.metrics.set_key not in evaluated:
                carried.setdefault((each.version, each.metrics.set_key), each)
    return tuple(carried.values())


def describe_evaluation_set(drawings: Sequence[LabelledDrawing]) -> str:
    """For the card: `1000 drawings by 35 held-out contributors and 200 reference drawings`."""
    reference = sum(drawing.source == "reference" for drawing in drawings)
    held_out = [drawing for drawing in drawings if drawing.source != "reference"]
    contributors = len({drawing.contributor for drawing in held_out})
    parts = [f"{len(held_out)} drawings by {contributors} held-out contributors"] if held_out else []
    return " and ".join([*parts, *([f"{reference} reference drawings"] if reference else [])])


def golden_payloads(encoding: Encoding) -> list[bytes]:
    """Frame payloads of reference drawings: different digits at different stages."""
    snapshots = evaluation_snapshots(reference_drawings("validation")[:10], encoding)
    rows = [(k * 11 + 4) % 100 for k in range(GOLDEN_SNAPSHOTS)]
    return [_payload(snapshots, row) for row in rows]


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
