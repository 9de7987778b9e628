"""The models that answer for a set other than digits: its own, and its examples by the shipped models' embeddings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import SymbolSet
from service.inference.live_models import Listener, LiveModels
from service.inference.predictor import Predictor
from service.inference.served import Served
from service.personal.memory import Memory
from service.sets.predictor import ModelKey, SetPredictor, example_predictor
from training.models.artifact import Artifact
from training.models.interpreter import Interpreter
from training.models.registry import Registry

log = logging.getLogger(__name__)


class SetModels:
    """Follows the set's definition and champions; `current` is what its sessions are answered by.

    `current` may be read from any thread; one thread alone may call `define` and `poll`.
    """

    def __init__(
        self,
        store: ObjectStore,
        symbols: SymbolSet,
        embedding: Sequence[Artifact],
        shared: Callable[[ModelKey], Memory | None],
        none_shipped: Registry,
    ) -> None:
        """`embedding` are digit models that have one; `shared` finds the memory of the operator's examples."""
        self.registry = Registry(store)
        self._own = LiveModels(store, self.registry, none_shipped, seed=False)
        self._embedding = embedding
        self._shared = shared
        self._symbols = symbols
        self._listeners: list[Listener] = []
        self._examples: dict[str, SetPredictor] = {}
        self._wrapped: dict[tuple[str, str], SetPredictor] = {}
        self.current = Served(MappingProxyType({}), symbols=symbols)
        self._make_examples()
        self._swap()

    @property
    def symbols(self) -> SymbolSet:
        return self.current.symbols

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` in the polling thread after each change, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def define(self, symbols: SymbolSet) -> None:
        """Takes a changed definition; sessions get the new classes before the next answer."""
        if symbols == self._symbols:
            return
        self._symbols = symbols
        self._wrapped.clear()
        self._make_examples()
        self._swap()

    def poll(self) -> None:
        """Reads the set's champions and swaps what has changed."""
        self._own.poll()
        self._swap()

    def _make_examples(self) -> None:
        made = [example_predictor(artifact, self._symbols, self._shared) for artifact in self._embedding]
        ranked = sorted((each for each in made if each is not None), key=lambda each: -each.card.standing)
        for each in ranked:
            each.warm()
        self._examples = {each.family: each for each in ranked}

    def _swap(self) -> None:
        own = self._own.current
        predictors: dict[str, Predictor] = {}
        for family, predictor in own.predictors.items():
            wrapped = self._wrap(predictor)
            if wrapped is not None:
                predictors[family] = wrapped
        predictors.update(self._examples)
        before = self.current
        after = replace(own, predictors=MappingProxyType(predictors), symbols=self._symbols)
        if after == before:
            return
        self.current = after
        for listener in list(self._listeners):
            listener(before, after)

    def _wrap(self, predictor: Predictor) -> SetPredictor | None:
        """The set's own model, with its outputs at the places of their classes."""
        key = (predictor.family, predictor.card.version)
        if key not in self._wrapped:
            classes = predictor.card.classes
            places = [self._symbols.places.get(each) for each in classes.ids]
            if classes.set_id != self._symbols.id or None in places:
                log.warning("%s %s of set %s is of other classes", *key, self._symbols.id)
                return None
            known = [place for place in places if place is not None]
            interpreter = _interpreter_of(predictor)
            self._wrapped[key] = SetPredictor(
                predictor.card, interpreter, predictor.model, self._symbols, known, self._shared
            )
        return self._wrapped[key]


def _interpreter_of(predictor: Predictor) -> Interpreter:
    return predictor._interpreter
