"""Makes the memories that answers use: the embeddings of a contributor's drawings, for each model that needs them."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from collector.moderation.moderation import NO_MODERATION, Moderation
from service.inference.live_models import ServedSource
from service.inference.predictor import Predictor
from service.inference.served import Served
from service.personal.embedder import Embedder
from service.personal.memory import Embedded, make_memory
from service.personal.own_drawings import OwnDrawing
from service.personal.profile import ModelKey, Profile
from service.wire.protocol import ProtocolError

DRAWINGS_MAX = 200  # in one memory: embedding them takes time in proportion; twice as many are read at all

log = logging.getLogger(__name__)


class Memories:
    """Thread-safe; not for the event loop."""

    def __init__(self, live: ServedSource, drawings_max: int) -> None:
        self._live = live
        self._drawings_max = drawings_max
        self.moderation = NO_MODERATION  # replaced, never changed: any thread may read it
        self._embedders: dict[ModelKey, Embedder] = {}
        self._embedders_lock = threading.Lock()

    def forget_models(self, served: Served) -> None:
        """Drops what belongs to models that are no longer served."""
        keys = {predictor.key for predictor in served.predictors.values()}
        with self._embedders_lock:
            self._embedders = {key: embedder for key, embedder in self._embedders.items() if key in keys}

    def publish(self, profile: Profile) -> None:
        """Makes the memories of the profile's families from its drawings; with the profile's lock."""
        predictors = self.models_for(profile)
        for predictor in predictors:
            while not self._build(profile, predictor):
                pass
        served = {predictor.key for predictor in predictors}
        if any(key not in served for key in profile.memories):
            profile.memories = {key: memory for key, memory in profile.memories.items() if key in served}

    def models_for(self, profile: Profile) -> list[Predictor]:
        """The served models, best first, of the profile's families that have embeddings."""
        predictors = self._live.current.predictors.values()
        return [each for each in predictors if each.family in profile.families and each.embeds and each.model]

    def _build(self, profile: Profile, predictor: Predictor) -> bool:
        """False if a drawing was deleted meanwhile, or operators decided something."""
        for drawing in profile.gone | profile.rejected:
            profile.drawings.pop(drawing, None)
        moderation = self.moderation
        key, chosen = predictor.key, choose(_moderated(profile, moderation), self._drawings_max)
        ids = tuple(drawing.id for drawing in chosen)
        memory = profile.memories.get(key)
        known = {} if memory is None else {name: memory.drawing(at) for at, name in enumerate(profile.order[key])}
        if memory is not None and profile.order.get(key) == ids and all(known[d.id].label == d.label for d in chosen):
            return True
        embedded = [(each.id, _labelled(known.get(each.id), each) or self._embed(predictor, each)) for each in chosen]
        seen = [(name, each) for name, each in embedded if each is not None]
        profile.rejected.update(name for name, each in embedded if each is None)
        memories = {other: kept for other, kept in profile.memories.items() if other != key}
        if seen:
            profile.order[key] = tuple(name for name, _ in seen)
            memories[key] = profile.prepare(predictor, make_memory([each for _, each in seen]))
        profile.memories = memories
        if profile.gone.isdisjoint(ids) and moderation is self.moderation:
            return True
        profile.memories = {}
        return False

    def _embed(self, predictor: Predictor, drawing: OwnDrawing) -> Embedded | None:
        """None for a drawing that this model can't read."""
        with self._embedders_lock:
            embedder = self._embedders.get(predictor.key)
            if embedder is None:
                embedder = self._embedders[predictor.key] = Embedder(predictor)
        try:
            embedded = embedder.embed(drawing)
        except ProtocolError as error:
            log.debug("drawing %s has no embedding: %s", drawing.id, error.message)
            return None
        return embedded if len(embedded.embeddings) else None


def _moderated(profile: Profile, moderation: Moderation) -> Iterator[OwnDrawing]:
    """The drawings that count, under the labels that count."""
    for drawing in profile.drawings.values():
        if not moderation.leaves_out(drawing.id, profile.contributor):
            label = moderation.label_of(drawing.id, drawing.label)
            yield drawing if label == drawing.label else replace(drawing, label=label)


def _labelled(known: Embedded | None, drawing: OwnDrawing) -> Embedded | None:
    """The model's embeddings of the drawing, as far as they are known, under the drawing's label."""
    return known if known is None or known.label == drawing.label else replace(known, label=drawing.label)


def choose(drawings: Iterable[OwnDrawing], most: int = DRAWINGS_MAX) -> list[OwnDrawing]:
    """At most so many drawings, oldest first; beyond that the oldest of the most frequent digit is left out."""
    by_label: dict[int, list[OwnDrawing]] = defaultdict(list)
    for drawing in sorted(drawings, key=lambda each: (each.received_at, each.id)):
        by_label[drawing.label].append(drawing)
    for _ in range(sum(map(len, by_label.values())) - most):
        max(by_label.values(), key=len).pop(0)
    kept = [drawing for group in by_label.values() for drawing in group]
    return sorted(kept, key=lambda each: (each.received_at, each.id))
