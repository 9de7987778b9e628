"""A model version's card: its files, metrics and provenance, as `card.json` holds them."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from collector.ink.encodings import CONTRACTS, EARLIER_CONTRACTS, ENCODINGS, Encoding

CARD_FORMAT = 1
CLASSES = 10  # of digits
CLASSES_MAX = 250  # of a symbol set, with those that were retired since
CLASS_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
FAMILY_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
STORED_NAMES = {"evaluated_on": "judged_on", "evaluation_set": "set"}  # fields that cards keep under an older name
VERSION_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


class BadCard(ValueError):
    """These bytes are not a card; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """The hash and size of one of the version's files."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Golden:
    """A snapshot, as its frame's payload, and the probabilities that the model must predict for it."""

    payload: bytes
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The doubt from which on an answer is `unsure`, and the top probability from which on it may be `settled`."""

    unsure: float
    settled: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """Results on drawings by writers that the model was not trained on; shares from 0 to 1."""

    evaluated_on: str  # a description of the evaluation set
    drawings: int
    ink: tuple[float, ...]
    accuracy: tuple[float, ...]  # at each of `ink`
    mean: float
    at_50: float
    at_100: float
    recall: tuple[float, ...]  # of each class, at full ink
    log_loss: float
    confusion: tuple[tuple[int, ...], ...] = ()  # at late stages, label by prediction; empty on cards before 0.3.0
    evaluation_set: str = ""  # id: only figures on the same set may be compared; empty on cards of the first releases

    @property
    def set_key(self) -> str:
        """Identifies the evaluation set, by its words where it has no id."""
        return self.evaluation_set or self.evaluated_on


@dataclass(frozen=True, slots=True)
class VersionMetrics:
    """A version's results, on the card of that or another version of its family."""

    version: str
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """The drawings behind the weights, including those of all versions that this one continues."""

    drawings: int
    contributors: int
    sources: Mapping[str, int]
    credits: tuple[str, ...]
    withdrawn: int = 0  # deleted by their contributors; later versions are not trained on them


@dataclass(frozen=True, slots=True)
class ContinuedOn:
    """The new drawings of a continued training: the selected ones with numbers from `first` to `last`.

    `total` counts all drawings of continued trainings so far, these included: a restarted trainer looks it up.
    """

    first: int
    last: int
    drawings: int
    total: int


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a model: the symbol set's id, and its classes' ids in the order of the outputs."""

    set_id: str
    ids: tuple[str, ...]


DIGIT_CLASSES = Classes("digits", tuple(str(digit) for digit in range(CLASSES)))


@dataclass(frozen=True, slots=True)
class Card:
    """Everything known about one version of a family."""

    family: str
    version: str
    created_at: str
    encoding: Encoding
    files: Mapping[str, FileEntry]
    metrics: Metrics
    trained_on: TrainedOn
    golden: tuple[Golden, ...]
    # Ranks families. Continued versions keep their first model's: their own metrics are on other drawings.
    standing: float = 0.0
    recipe: Mapping[str, Any] = field(default_factory=dict)
    resumed_from: str | None = None
    replaces: str | None = None
    gate: Mapping[str, Any] = field(default_factory=dict)
    continued_on: ContinuedOn | None = None  # None: trained from scratch
    # This version and those before it on the same sets, and results of earlier versions on sets that this one was not
    # evaluated on.
    evaluations: tuple[VersionMetrics, ...] = ()
    thresholds: Thresholds | None = None  # None: a model that can't doubt
    trained_contract: str | None = None  # None: the present one of its encoding
    classes: Classes = DIGIT_CLASSES
    # Parts of the cross-validation that gave `metrics`; None: held-out contributors, or reference drawings.
    cross_validation: int | None = None
    lease: int = 0  # the number of the lease under which it was published; 0 without one

    @property
    def contract(self) -> str:
        """The snapshot contract that it was trained on."""
        return self.trained_contract or CONTRACTS[self.encoding]

    @property
    def is_refused(self) -> bool:
        """True if the gate refused it."""
        return self.gate.get("accepted") is False

    def to_json(self) -> bytes:
        record = {
            "format": CARD_FORMAT,
            "family": self.family,
            "version": self.version,
            "created_at": self.created_at,
            "encoding": self.encoding,
            "contract": self.contract,
            "classes": len(self.classes.ids),
            **_classes_record(self.classes),
            "files": {name: asdict(entry) for name, entry in self.files.items()},
            "metrics": _metrics_record(self.metrics),
            "evaluations": [{"version": e.version, **_metrics_record(e.metrics)} for e in self.evaluations],
            "standing": self.standing,
            "trained_on": {**asdict(self.trained_on), "sources": dict(self.trained_on.sources)},
            "recipe": dict(self.recipe),
            "resumed_from": self.resumed_from,
            "replaces": self.replaces,
            "gate": dict(self.gate),
            "learnt": None if self.continued_on is None else asdict(self.continued_on),
            **({} if self.thresholds is None else {"thresholds": asdict(self.thresholds)}),
            **({} if self.cross_validation is None else {"cross_validation": self.cross_validation}),
            **({} if not self.lease else {"lease": self.lease}),
            "golden": [
                {"payload": base64.b64encode(g.payload).decode(), "probabilities": g.probabilities} for g in self.golden
            ],
        }
        return json.dumps(record, indent=1, allow_nan=False).encode() + b"\n"


def _classes_record(classes: Classes) -> dict[str, Any]:
    """Nothing for digits: their cards are those of every release."""
    return {} if classes == DIGIT_CLASSES else {"symbol_set": classes.set_id, "class_ids": list(classes.ids)}


def _metrics_record(metrics: Metrics) -> dict[str, Any]:
    # The field's older name: cards of every release can be read by every other.
    record = {STORED_NAMES.get(name, name): value for name, value in asdict(metrics).items()}
    return {name: value for name, value in record.items() if name != "confusion" or value}


def parse_card(text: bytes) -> Card:
    """Reads the bytes of `Card.to_json`.

    Raises:
        BadCard: not JSON, a field is missing or has the wrong type, or an unknown contract.
    """
    try:
        record = json.loads(text)
        return _card(record)
    # OverflowError: 1e999 is infinite in JSON, and may come as a count.
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError, AttributeError) as error:
        raise BadCard(f"card of {len(text)} bytes: {type(error).__name__}: {error}") from error


def _card(record: Any) -> Card:
    _expect("format", record["format"], record["format"] == CARD_FORMAT)
    classes = _classes(record)
    _expect("classes", record["classes"], record["classes"] == len(classes.ids))
    _expect("family", record["family"], FAMILY_NAME.fullmatch(record["family"]))
    _expect("version", record["version"], VERSION_NAME.fullmatch(record["version"]))
    encoding = cast("Encoding", record["encoding"])
    _expect("encoding", encoding, encoding in ENCODINGS)
    contract = record["contract"]
    _expect("contract", contract, contract in (CONTRACTS[encoding], *EARLIER_CONTRACTS[encoding]))
    return Card(
        family=record["family"],
        version=record["version"],
        created_at=str(record["created_at"]),
        encoding=encoding,
        files={str(name): FileEntry(str(f["sha256"]), int(f["bytes"])) for name, f in record["files"].items()},
        metrics=_metrics(record["metrics"]),
        trained_on=_trained_on(record["trained_on"]),
        golden=tuple(_golden(g, len(classes.ids)) for g in record["golden"]),
        standing=_number(record.get("standing", record["metrics"]["mean"])),
        recipe=dict(record["recipe"]),
        resumed_from=record["resumed_from"],
        replaces=record["replaces"],
        gate=dict(record["gate"]),
        continued_on=_continued_on(record.get("learnt")),
        evaluations=tuple(_version_metrics(each) for each in record.get("evaluations", ())),
        thresholds=_thresholds(record.get("thresholds")),
        lease=int(record.get("lease", 0)),
        trained_contract=None if contract == CONTRACTS[encoding] else contract,
        classes=classes,
        cross_validation=None if record.get("cross_validation") is None else int(record["cross_validation"]),
    )


def _classes(record: Any) -> Classes:
    if record.get("symbol_set") is None:
        return DIGIT_CLASSES
    set_id, ids = record["symbol_set"], tuple(record["class_ids"])
    _expect("symbol_set", set_id, CLASS_ID.fullmatch(set_id) and set_id != DIGIT_CLASSES.set_id)
    _expect("class_ids", ids, 2 <= len(set(ids)) == len(ids) <= CLASSES_MAX)
    for each in ids:
        _expect("class id", each, CLASS_ID.fullmatch(each))
    return Classes(set_id, ids)


def _expect(name: str, came: object, fine: object) -> None:
    if not fine:
        raise BadCard(f"{name} is {came!r:.80}")


def _metrics(record: Any) -> Metrics:
    return Metrics(
        evaluated_on=str(record["judged_on"]),
        drawings=int(record["drawings"]),
        ink=_numbers(record["ink"]),
        accuracy=_numbers(record["accuracy"]),
        mean=_number(record["mean"]),
        at_50=_number(record["at_50"]),
        at_100=_number(record["at_100"]),
        recall=_numbers(record["recall"]),
        log_loss=_number(record["log_loss"]),
        confusion=tuple(tuple(int(count) for count in row) for row in record.get("confusion", ())),
        evaluation_set=str(record.get("set", "")),
    )


def _version_metrics(record: Any) -> VersionMetrics:
    _expect("version", record["version"], VERSION_NAME.fullmatch(record["version"]))
    return VersionMetrics(record["version"], _metrics(record))


def _trained_on(record: Any) -> TrainedOn:
    return TrainedOn(
        drawings=int(record["drawings"]),
        contributors=int(record["contributors"]),
        sources={str(name): int(count) for name, count in record["sources"].items()},
        credits=tuple(str(line) for line in record["credits"]),
        withdrawn=int(record.get("withdrawn", 0)),  # missing on cards of the first releases
    )


def _continued_on(record: Any) -> ContinuedOn | None:
    if record is None:
        return None
    return ContinuedOn(int(record["first"]), int(record["last"]), int(record["drawings"]), int(record["total"]))


def _thresholds(record: Any) -> Thresholds | None:
    return None if record is None else Thresholds(_number(record["unsure"]), _number(record["settled"]))


def _golden(record: Any, classes: int) -> Golden:
    try:
        payload = base64.b64decode(record["payload"], validate=True)
    except binascii.Error as error:
        raise BadCard(f"golden payload is not base64: {error}") from error
    probabilities = _numbers(record["probabilities"])
    _expect("golden prediction", probabilities, len(probabilities) == classes)
    return Golden(payload, probabilities)


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(_number(value) for value in values)


def _number(value: Any) -> float:
    number = float(value)
    # Pages get it as JSON, which has no NaN and no infinity.
    _expect("number", value, math.isfinite(number))
    return number
