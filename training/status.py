"""What the trainer does now, as it is told to the service and from there to the pages."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

State = Literal["waiting", "training", "published", "refused"]


class BadStatus(ValueError):
    """These bytes are no trainer's status."""


@dataclass(frozen=True, slots=True)
class TrainerStatus:
    """`new_drawings` of the `needed` have come; `family`, `version` and `reasons` are of the last training."""

    state: State
    new_drawings: int
    needed: int
    new_judging: int = 0  # came as well, but judge models and start no training
    family: str | None = None
    version: str | None = None
    reasons: tuple[str, ...] = ()
    at: str = ""  # UTC, ISO 8601

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def parse_status(text: bytes) -> TrainerStatus:
    """Reads `TrainerStatus.to_json`'s bytes.

    Raises:
        BadStatus: not JSON, or a field is missing or of the wrong form.
    """
    try:
        record = json.loads(text)
        if record["state"] not in get_args(State):
            raise BadStatus(f"state {record['state']!r:.80}, expected one of {', '.join(get_args(State))}")
        return TrainerStatus(
            state=record["state"],
            new_drawings=int(record["new_drawings"]),
            needed=int(record["needed"]),
            new_judging=int(record.get("new_judging", 0)),
            family=record.get("family"),
            version=record.get("version"),
            reasons=tuple(str(reason) for reason in record.get("reasons", ())),
            at=str(record.get("at", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadStatus(f"status of {len(text)} bytes: {type(error).__name__}: {error}") from error
