"""One symbol set as it runs: its parts, and the examples that its operator gives and takes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collector.contribution.contributor import OPERATOR
from collector.spool.spool import Spool
from collector.symbols.symbol_set import BadSymbols
from service.intake.blocked import BlockedContributors
from service.intake.elsewhere import Elsewhere
from service.personal.own_drawings import OwnDrawing
from service.personal.profile import Profile
from service.personal.profiles import Profiles
from service.sets.examples import LONG_AGO, SOURCE, GivenExample, count_by_place, to_contribution
from service.sets.models import SetModels
from service.sets.predictor import EXAMPLES
from service.sets.scope import SetScope

EXAMPLES_MAX = 2000  # of one set, by its operator


class TooManyExamples(BadSymbols):
    """The operator gave the set as many examples as it may have."""


@dataclass(frozen=True, slots=True)
class RunningSet:
    """A set with what is closed when it ends; `operator` is the profile of the operator's examples."""

    scope: SetScope
    models: SetModels
    spool: Spool
    profiles: Profiles
    operator: Profile
    elsewhere: Elsewhere | None
    blocked: BlockedContributors

    def examples(self) -> list[OwnDrawing]:
        """The operator's examples that answer now, oldest first, without those of the definition."""
        drawings = [each for each in list(self.operator.drawings.values()) if each.received_at > LONG_AGO]
        return sorted(drawings, key=lambda each: (each.received_at, each.id))

    def count_examples(self) -> list[int]:
        """The number of examples of each class, by place, those of the definition included."""
        return count_by_place(self.scope.symbols, list(self.operator.drawings.values()))

    def own_models(self) -> list[str]:
        """The set's own models, best first, as family and version."""
        served = self.scope.live.current.predictors.values()
        return [f"{each.family} {each.card.version}" for each in served if each.family not in EXAMPLES.values()]

    def give(self, given: GivenExample, now: datetime) -> None:
        """Stores an example; it answers from when this returns.

        Raises:
            TooManyExamples: the set has `EXAMPLES_MAX` already.
            DrawingError: it can't be scaled to the canvas.
            SpoolError: it may not be on disk.
        """
        if len(self.operator.drawings) >= EXAMPLES_MAX:
            raise TooManyExamples(f"the set has {len(self.operator.drawings)} examples, at most {EXAMPLES_MAX}")
        contribution = to_contribution(self.scope.symbols, given)
        self.spool.accept(contribution, OPERATOR, SOURCE, now)
        self.profiles.accepted(OPERATOR, contribution, now)

    def take_back(self, drawing: str, now: datetime) -> None:
        """Deletes an example for good.

        Raises:
            SpoolError: the deletion may not be on disk.
        """
        self.spool.delete(drawing, now)
        self.profiles.deleted(drawing)
