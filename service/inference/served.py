"""The models that are served at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collector.ink.encodings import Encoding
from collector.symbols.symbol_set import DIGITS, SymbolSet
from service.inference.predictor import Predictor
from training.models.card import Card
from training.models.status import TrainerStatus


@dataclass(frozen=True, slots=True)
class Served:
    """The served models and the trainer's status. Read `LiveModels.current` once a request, then use only this."""

    predictors: Mapping[str, Predictor]  # by family, best first
    trainer: TrainerStatus | None = None
    trouble: str = ""  # why the store's champions can't be read or loaded; empty when all is well
    from_store: bool = False  # False while only the models that Midstroke ships with are available
    symbols: SymbolSet = DIGITS  # the set whose classes they tell apart

    @property
    def cards(self) -> list[Card]:
        return [predictor.card for predictor in self.predictors.values()]

    def best_for(self, encodings: tuple[Encoding, ...]) -> Predictor | None:
        """The best family whose input is one of these encodings."""
        for predictor in self.predictors.values():
            if predictor.encoding in encodings:
                return predictor
        return None
