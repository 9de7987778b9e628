"""A challenger: a newly trained version with its evaluation and the gate's verdict. Also what every training needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from collector.tracing import span
from training.data.processes import Workers
from training.evaluation.comparison import EvaluationCache
from training.evaluation.evaluation import Evaluation
from training.evaluation.gate import Verdict
from training.learning.distillation import ExampleCache
from training.models.artifact import Artifact, check_artifact
from training.models.card import DIGIT_CLASSES, Card, ContinuedOn
from training.webhook import VersionEvent

Progress = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Run:
    """The circumstances of a training: seed, cores, progress display, a way to stop it, and caches."""

    seed: int = 1
    threads: int = 1  # cores
    workers: Workers | None = None  # that fit from scratch; None: this process does
    progress: Progress = iter
    should_stop: Callable[[], bool] = lambda: False
    evaluations: EvaluationCache = field(default_factory=EvaluationCache)
    examples: ExampleCache = field(default_factory=ExampleCache)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A challenger with its evaluation and the gate's verdict, which its card repeats."""

    artifact: Artifact
    evaluation: Evaluation
    verdict: Verdict

    def __post_init__(self) -> None:
        """Checks the artifact, so that no training hands on a model that the service would reject.

        Raises:
            BadArtifact: the service would not load it.
        """
        check_artifact(self.artifact)

    @property
    def event(self) -> VersionEvent:
        """The event for webhooks."""
        return event_of_card(self.artifact.card)

    def with_continued_on(self, continued_on: ContinuedOn) -> Outcome:
        """The same outcome whose card names the new drawings that it was trained on."""
        return replace(
            self, artifact=replace(self.artifact, card=replace(self.artifact.card, continued_on=continued_on))
        )


@contextmanager
def traced_training(symbol_set: str, family: str, drawings: int) -> Iterator[Callable[[Outcome], None]]:
    """A span around a training on so many new drawings; what it yields takes the outcome."""
    with span("training", set=symbol_set, family=family, drawings=drawings) as traced:
        yield lambda outcome: traced.set(
            version=outcome.artifact.card.version, verdict="accepted" if outcome.verdict.accepted else "refused"
        )


def event_of_card(card: Card, symbol_set: str = DIGIT_CLASSES.set_id) -> VersionEvent:
    """The gate's verdict on a new version of this set, as webhooks send it."""
    name: Literal["published", "refused"] = "refused" if card.is_refused else "published"
    reasons = tuple(str(each) for each in card.gate.get("reasons", ()))
    return VersionEvent(name, card.family, card.version, card.replaces, reasons, symbol_set)


def event_of(family: str, version: str, replaces: str | None, verdict: Verdict) -> VersionEvent:
    """Makes the event of the gate's verdict on a version of digits whose card does not hold it."""
    name: Literal["published", "refused"] = "published" if verdict.accepted else "refused"
    return VersionEvent(name, family, version, replaces, tuple(verdict.reasons))
