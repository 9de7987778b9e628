"""The service's messages as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Guess:
    """One model's answer to one snapshot."""

    drawing: int
    seq: int
    family: str
    model: str  # version
    probabilities: tuple[float, ...]  # of each class, in the set's order; add up to 1
    doubt: float  # 0 to 1: how likely the drawing is, or is becoming, none of the classes
    unsure: bool  # probably none of them
    settled: bool  # more ink is not expected to change the guess
    personal: int  # the contributor's own drawings that were used
    classes: tuple[str, ...]  # ids, in the order of `probabilities`

    @property
    def label(self) -> str:
        """The id of the most probable class."""
        return self.classes[self.probabilities.index(max(self.probabilities))]

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that a contributor agrees to."""

    version: str
    licence: str
    text: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """The service's first message. `record` is the whole message."""

    families: tuple[str, ...]  # that answer; empty for the best one
    models: tuple[str, ...]  # families that are served, best first
    terms: Terms
    frames_per_second: float
    samples_min: int
    samples_max: int
    record: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The drawing is on the service's disk."""

    id: str
    use: str  # "training", or "judging": a validation drawing
    duplicate: bool
    receipt: str | None = field(repr=False)  # a secret: whoever has it can see and delete the drawing


def parse_welcome(record: Mapping[str, Any]) -> Welcome:
    """Reads a `welcome`; names that are not known are left in `record`."""
    limits, consent = record["limits"], record["consent"]
    return Welcome(
        families=tuple(record["families"]),
        models=tuple(model["family"] for model in record["models"]),
        terms=Terms(consent["version"], consent["licence"], consent["text"]),
        frames_per_second=float(limits["frames_per_second"]),
        samples_min=int(limits["samples_min"]),
        samples_max=int(limits["samples_max"]),
        record=record,
    )


def parse_guess(record: Mapping[str, Any], classes: tuple[str, ...]) -> Guess:
    """Reads a `prediction`. Services before 0.3 send no doubt."""
    probabilities = tuple(float(p) for p in record["probabilities"])
    known = classes if len(classes) == len(probabilities) else tuple(str(n) for n in range(len(probabilities)))
    return Guess(
        drawing=int(record["drawing"]),
        seq=int(record["seq"]),
        family=record["family"],
        model=record["model"],
        probabilities=probabilities,
        doubt=float(record.get("doubt", 0)),
        unsure=bool(record.get("unsure", False)),
        settled=bool(record.get("settled", False)),
        personal=int(record.get("personal", 0)),
        classes=known,
    )


def parse_accepted(record: Mapping[str, Any]) -> Accepted:
    return Accepted(record["id"], record["use"], record["duplicate"], record.get("receipt"))
