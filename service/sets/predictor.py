"""Predicts for a symbol set other than digits: by the nearest examples, and by the set's own model once it has one.

An embedding that the shipped digit models make says how alike two unfinished drawings are, also of marks that no model
was trained on. So a set is recognised from its first examples on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding, Inputs
from collector.symbols.symbol_set import SymbolSet
from service.inference.comparison import of_length_1
from service.inference.predictor import Predictor
from service.personal.memory import Memory, join_memories
from service.personal.vote import Constants, vote
from service.sets.recognisers import Recognisers
from service.wire.replies import Prediction
from training.models.artifact import Artifact
from training.models.card import Card, Metrics, TrainedOn
from training.models.few_shot.metric import Metric, shipped_metric
from training.models.interpreter import Interpreter

EXAMPLES: dict[Encoding, str] = {"path48": "examples", "ink20": "example-pictures"}  # families, by encoding
# Of examples alone: they decide by themselves, and a class is ruled out by being less alike than others.
EXAMPLE_VOTE = Constants(temperature=0.05, sharpening=0.2, prior=0.0, weight=1.0, epsilon=0.0005)
# By pictures: the likeness (cosine) of the nearest example below which a drawing is none of the set, and from which it
# surely is one.
UNLIKE, ALIKE = 0.7, 0.9
# On writers of letters: 2 % of finished drawings of the set are unsure; 97 % of settled answers stay to the end.
UNSURE_FROM, SETTLED_FROM = 0.5, 0.9

ModelKey = tuple[str, str]


class SetPredictor(Predictor):
    """One model's answers in the order of a set's places. For the event loop alone, as every predictor.

    `outputs` are the places of the model's outputs: None for a model of other classes, whose embedding alone is used.
    """

    def __init__(
        self,
        card: Card,
        interpreter: Interpreter,
        model: bytes,
        symbols: SymbolSet,
        outputs: Sequence[int] | None,
        shared: Callable[[ModelKey], Memory | None],
    ) -> None:
        super().__init__(card, interpreter, model)
        self.symbols = symbols
        self.trained_in_store = outputs is not None
        self._outputs = None if outputs is None else list(outputs)
        self._shared = shared
        self._metric = shipped_metric() if outputs is None and card.encoding == "path48" else None
        if self._metric is None:  # a memory's probabilities are of the classes that there were
            self.key = (card.family, f"{card.version}/{len(symbols.classes)}")
        self._recognisers = Recognisers(symbols.shown)
        self._joined: tuple[Memory | None, Memory | None, Memory | None] = (None, None, None)

    @property
    def learned(self) -> frozenset[int]:
        """The places of the classes that the model was trained on."""
        return frozenset(self._outputs or ())

    def knows(self) -> frozenset[int]:
        """The places of the classes that answers to everybody can name: learned, or with an example by the operator."""
        memory = self._shared(self.key)
        return self.learned if memory is None else self.learned | _places(memory)

    def adapt(self, output: NDArray[np.float32]) -> NDArray[np.float32]:
        """The model's probabilities by place; equal ones where the model has other classes."""
        count = len(self.symbols.classes)
        if self._metric is not None:  # not used
            return np.ones(1, np.float32)
        if self._outputs is None:
            return np.full(count, 1 / count, np.float32)
        adapted = np.zeros(count, np.float32)
        adapted[self._outputs] = output
        for place, each in enumerate(self.symbols.classes):
            if each.is_retired:
                adapted[place] = 0
        total = adapted.sum()
        if total > 0:
            adapted /= total
            return adapted
        adapted[list(self.symbols.shown)] = 1 / len(self.symbols.shown)  # all that it knows is retired
        return adapted

    def compare_by(self, inputs: Inputs, embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._metric is None:
            return of_length_1(embedding)
        vector: NDArray[np.float32] = self._metric.vectors(inputs, embedding[None])[0]
        return vector

    def prepare(self, memory: Memory, by_operator: bool) -> None:
        """Fits what reads by this new memory; before it is used, in the thread that made it."""
        if self._metric is not None:
            shared = memory if by_operator else self._shared(self.key)
            self._recognisers.prepare_in_time(shared, None if by_operator else memory)

    def warm(self) -> None:
        """Fits what reads by the operator's examples, before the first answer."""
        shared = self._shared(self.key)
        if self._metric is not None and shared is not None:
            self._recognisers.prepare(shared, None)

    def predict(self, inputs: Inputs | None) -> Prediction:
        return self.answer(inputs, None)

    def answer(self, inputs: Inputs | None, own: Memory | None) -> Prediction:
        """Predicts one snapshot by the model, the operator's examples, and the contributor's `own` drawings."""
        shown = self.symbols.shown
        if self._metric is not None and inputs is not None:
            return self._read(inputs, own, self._metric)
        memory = self._memory(own)
        if inputs is None:
            known = [place for place in shown if place in self.learned or _has(memory, place)] or list(shown)
            return self._send(self._spread(known), 0.0, 0, is_drawn=False)
        output = self._interpreter.predict(inputs)
        plain, embedding = self.adapt(output).tolist(), self._interpreter.embedding()
        own_count = own.count if own is not None and embedding is not None else 0
        if memory is None or embedding is None:
            if self._outputs is None:  # nothing to compare with yet
                return self._send(self._spread(list(shown)), 1.0, 0)
            return self._send(plain, self._model_doubt(plain), 0)
        with_examples = _places(memory).intersection(shown)
        if self._outputs is None:
            plain = self._spread(sorted(with_examples) or list(shown))
            voted = vote(memory, embedding, plain, EXAMPLE_VOTE)
        else:
            # A class that came after the training: its examples speak for it.
            news = with_examples - self.learned
            part = len(news) / max(1, len(with_examples | self.learned))
            plain = [p * (1 - part) for p in plain]
            for place in news:
                plain[place] = part / len(news)
            voted = vote(memory, embedding, plain)
        if math.isnan(voted[0]):  # JSON has no NaN
            voted = plain
        doubt = _strangeness(memory, embedding) if self._outputs is None else self._model_doubt(plain)
        return self._send(voted, doubt, own_count)

    def _read(self, inputs: Inputs, own: Memory | None, metric: Metric) -> Prediction:
        """Reads a path by the examples."""
        recogniser = self._recognisers.find(self._shared(self.key), own)
        if recogniser is None:  # nothing to compare with yet
            return self._send(self._spread(list(self.symbols.shown)), 1.0, 0)
        self._interpreter.predict(inputs)
        embedding = self._interpreter.embedding()
        assert embedding is not None  # noqa: S101 - `example_predictor` takes no other model
        reading = recogniser.read(metric.vectors(inputs, embedding[None])[0])
        by_place = [0.0] * len(self.symbols.classes)
        for place, probability in zip(recogniser.classes, reading.probabilities, strict=True):
            by_place[place] = probability
        if not math.isfinite(sum(by_place)) or not math.isfinite(reading.doubt):  # JSON has neither
            return self._send(self._spread(list(self.symbols.shown)), 1.0, 0)
        return self._send(by_place, reading.doubt, 0 if own is None else own.count)

    def _memory(self, own: Memory | None) -> Memory | None:
        shared = self._shared(self.key)
        if shared is None or own is None:
            return own if shared is None else shared
        # The last visitor's is kept: the next snapshot is likely theirs.
        if self._joined[0] is not shared or self._joined[1] is not own:
            self._joined = (shared, own, join_memories(shared, own))
        return self._joined[2]

    def _model_doubt(self, plain: Sequence[float]) -> float:
        doubt = self._interpreter.doubt()
        return 1 - max(plain) if doubt is None else doubt

    def _spread(self, places: Sequence[int]) -> list[float]:
        spread = [0.0] * len(self.symbols.classes)
        for place in places:
            spread[place] = 1 / len(places)
        return spread

    def _send(self, by_place: Sequence[float], doubt: float, own: int, is_drawn: bool = True) -> Prediction:
        shown = [by_place[place] for place in self.symbols.shown]
        total = sum(shown) or 1.0
        probabilities = tuple(p / total for p in shown)
        if self._outputs is not None and self.card.thresholds is not None:
            return self.prediction(probabilities, doubt, own) if is_drawn else self._without_ink(probabilities)
        if not is_drawn:
            return self._without_ink(probabilities)
        unsure = doubt >= UNSURE_FROM
        highest = max(probabilities)
        settled = highest >= SETTLED_FROM and not unsure
        return Prediction(self.family, self.card.version, probabilities, doubt, unsure, settled, own, highest)

    def _without_ink(self, probabilities: tuple[float, ...]) -> Prediction:
        return Prediction(self.family, self.card.version, probabilities, highest=max(probabilities))


def example_predictor(
    source: Artifact, symbols: SymbolSet, shared: Callable[[ModelKey], Memory | None]
) -> SetPredictor | None:
    """Answers from examples alone, by the embedding of a shipped digit model; None if the model has none."""
    encoding = source.card.encoding
    family = EXAMPLES.get(encoding)
    interpreter = Interpreter(source.model, encoding)
    if family is None or not interpreter.embeds:
        return None
    card = replace(
        source.card,
        family=family,
        metrics=_no_metrics(len(symbols.classes)),
        trained_on=TrainedOn(0, 0, {}, ()),
        standing=-1.0 if encoding == "path48" else -2.0,  # behind every model of the set's own
        thresholds=None,
        gate={},
        evaluations=(),
        continued_on=None,
    )
    return SetPredictor(card, interpreter, source.model, symbols, None, shared)


def _no_metrics(classes: int) -> Metrics:
    return Metrics("nothing: answers come from examples", 0, (), (), 0.0, 0.0, 0.0, (0.0,) * classes, 0.0)


def _places(memory: Memory) -> frozenset[int]:
    return frozenset(np.unique(memory.labels).tolist())


def _has(memory: Memory | None, place: int) -> bool:
    return memory is not None and bool((memory.labels == place).any())


def _strangeness(memory: Memory, embedding: NDArray[np.float32]) -> float:
    """0 for a drawing that is much like an example at some stage, 1 for one that is like none."""
    length = math.sqrt(embedding.dot(embedding)) or 1.0
    nearest = float((memory.embeddings @ embedding).max()) / length
    return min(1.0, max(0.0, (ALIKE - nearest) / (ALIKE - UNLIKE)))
