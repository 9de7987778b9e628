"""Everything that one set's visitors use; each set has its own, so that nothing of two sets can mix."""

from __future__ import annotations

from dataclasses import dataclass

from collector.symbols.symbol_set import SymbolSet
from service.inference.live_models import ServedSource
from service.intake.intake import Intake
from service.intake.receipts import Receipts
from service.personal.profile import Profile
from service.personal.profiles import Profiles
from service.sets.predictor import SetPredictor
from service.wire.schemas import ListedSet, describe_set
from training.models.registry import Registry


@dataclass(frozen=True, slots=True)
class SetScope:
    """One set as the service runs it."""

    live: ServedSource
    registry: Registry
    intake: Intake
    receipts: Receipts
    profiles: Profiles | None

    def listed(self, profile: Profile | None = None) -> ListedSet:
        """The set for clients, with the classes that neither its models, nor examples, nor `profile` know yet."""
        served = self.live.current
        predictors = [each for each in served.predictors.values() if isinstance(each, SetPredictor)]
        if not predictors:
            return describe_set(served.symbols)
        known = frozenset[int]().union(*(each.knows() for each in predictors))
        memories = [] if profile is None else list(profile.memories.values())
        return describe_set(served.symbols, known.union(*(memory.labels.tolist() for memory in memories)))

    @property
    def symbols(self) -> SymbolSet:
        """The definition as it is now."""
        return self.live.current.symbols
