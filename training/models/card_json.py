"""Reads and writes `card.json`, the stored form of a card. No storage."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import asdict
from typing import Any, cast

from collector.ink.encodings import CONTRACTS, EARLIER_CONTRACTS, ENCODINGS, Encoding
from training.models.card import (
    CLASS_ID,
    CLASSES_MAX,
    DIGIT_CLASSES,
    FAMILY_NAME,
    VERSION_NAME,
    Card,
    Classes,
    ContinuedOn,
    FileEntry,
    Golden,
    Metrics,
    Thresholds,
    TrainedOn,
    VersionMetrics,
)

CARD_FORMAT = 1
STORED_NAMES = {"evaluated_on": "judged_on", "evaluation_set": "set"}  # fields that cards keep under an older name


class BadCard(ValueError):
    """These bytes are not a card; the message says what came and what was expected."""


def card_to_json(card: Card) -> bytes:
    """The bytes of `card.json`, UTF-8."""
    record = {
        "format": CARD_FORMAT,
        "family": card.family,
        "version": card.version,
        "created_at": card.created_at,
        "encoding": card.encoding,
        "contract": card.contract,
        "classes": len(card.classes.ids),
        **_classes_record(card.classes),
        "files": {name: asdict(entry) for name, entry in card.files.items()},
        "metrics": _metrics_record(card.metrics),
        "evaluations": [{"version": e.version, **_metrics_record(e.metrics)} for e in card.evaluations],
        "standing": card.standing,
        "trained_on": {**asdict(card.trained_on), "sources": dict(card.trained_on.sources)},
        "recipe": dict(card.recipe),
        "resumed_from": card.resumed_from,
        "replaces": card.replaces,
        "gate": dict(card.gate),
        "learnt": None if card.continued_on is None else asdict(card.continued_on),
        **({} if card.thresholds is None else {"thresholds": asdict(card.thresholds)}),
        **({} if card.cross_validation is None else {"cross_validation": card.cross_validation}),
        **({} if not card.lease else {"lease": card.lease}),
        "golden": [
            {"payload": base64.b64encode(g.payload).decode(), "probabilities": g.probabilities} for g in card.golden
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
    """Reads the bytes of `card_to_json`.

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
