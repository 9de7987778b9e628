"""A model version's card: its files, metrics and provenance. `card_json.py` reads and writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collector.ink.encodings import CONTRACTS, Encoding

CLASSES = 10  # of digits
CLASSES_MAX = 250  # of a symbol set, with those that were retired since
CLASS_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
FAMILY_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
VERSION_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


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
