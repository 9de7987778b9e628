"""The trainer's status: JSON in the store, read by the service and shown on pages."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

STORED_NAMES = {
    "new_validation": "new_judging",
    "filtered": "doubted",
}  # fields that are stored and sent under an older name
State = Literal["waiting", "training", "published", "refused"]


class BadStatus(ValueError):
    """These bytes are not a trainer's status."""


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """The outcome of a family's last training."""

    state: Literal["published", "refused"]
    family: str
    version: str
    reasons: tuple[str, ...]
    at: str  # UTC, ISO 8601


@dataclass(frozen=True, slots=True)
class TrainerStatus:
    """`new_drawings` of `needed` have arrived; `family`, `version` and `reasons` belong to `state`."""

    state: State
    new_drawings: int
    needed: int
    new_validation: int = 0  # validation drawings: they start no training
    family: str | None = None
    version: str | None = None
    reasons: tuple[str, ...] = ()
    at: str = ""  # UTC, ISO 8601
    filtered: int = 0  # by the label filter: neither trained nor validated on
    over_limit: int = 0  # new drawings over a contributor's limit: kept, but not trained on in the next training
    damaged: int = 0  # objects in the store that can't be read and are left out; the log names them
    outcomes: tuple[TrainingOutcome, ...] = ()  # the last of each family, newest first

    def to_record(self) -> dict[str, Any]:
        """The status under the names that the store and the wire have used since the first release."""
        record = asdict(self)
        return {STORED_NAMES.get(name, name): value for name, value in record.items()}

    def to_json(self) -> bytes:
        return json.dumps(self.to_record()).encode()


def parse_status(text: bytes) -> TrainerStatus:
    """Reads the bytes of `TrainerStatus.to_json`.

    Raises:
        BadStatus: not JSON, or a field is missing or has the wrong type.
    """
    try:
        record = json.loads(text)
        if record["state"] not in get_args(State):
            raise BadStatus(f"state {record['state']!r:.80}, expected one of {', '.join(get_args(State))}")
        return TrainerStatus(
            state=record["state"],
            new_drawings=int(record["new_drawings"]),
            needed=int(record["needed"]),
            new_validation=int(record.get("new_judging", 0)),
            family=_name(record.get("family")),
            version=_name(record.get("version")),
            reasons=tuple(str(reason) for reason in record.get("reasons", ())),
            at=str(record.get("at", "")),
            filtered=int(record.get("doubted", 0)),
            over_limit=int(record.get("over_limit", 0)),
            damaged=int(record.get("damaged", 0)),
            outcomes=tuple(_outcome(each) for each in record.get("outcomes", ())),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise BadStatus(f"status of {len(text)} bytes: {type(error).__name__}: {error}") from error


def _outcome(record: Any) -> TrainingOutcome:
    if record["state"] not in ("published", "refused"):
        raise BadStatus(f"outcome {record['state']!r:.80}, expected published or refused")
    reasons = tuple(str(reason) for reason in record["reasons"])
    return TrainingOutcome(record["state"], str(record["family"]), str(record["version"]), reasons, str(record["at"]))


def _name(value: object) -> str | None:
    # Pages show it unchanged.
    if not (value is None or isinstance(value, str)):
        raise BadStatus(f"a name is {type(value).__name__}, expected text or null")
    return value
