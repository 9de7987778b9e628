"""Answers snapshots: selects the models, makes their inputs, predicts and encodes. No sockets here."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from collector.ink.encodings import Encoding, Inputs
from collector.tracing import samples_snapshot, span
from service.inference.inputs import make_inputs
from service.inference.live_models import ServedSource
from service.inference.model_selection import select_predictors
from service.inference.predictor import Predictor, Shadow
from service.inference.shadow import SOCKET_MAX
from service.metrics.metrics import Metrics, now_ns
from service.network.limits.budget import Budget
from service.network.limits.metered import in_thread
from service.personal.profile import Profile
from service.wire.messages import Snapshot
from service.wire.protocol import ProtocolError
from service.wire.replies import encode_prediction


class Answering:
    """Predicts for one client, on the event loop that all predictions run on."""

    __slots__ = ("_metrics", "_offered", "_offered_to", "families", "live", "profile")

    def __init__(self, live: ServedSource, metrics: Metrics) -> None:
        self._metrics = metrics
        self.families: tuple[str, ...] = ()  # that the client asked for; empty for the best one
        self.profile: Profile | None = None  # the contributor's, whose own drawings are used
        self.live = live
        self._offered = 0  # frames of this client that the challenger `_offered_to` answers unseen
        self._offered_to: Shadow | None = None

    def answer(self, snapshot: Snapshot) -> list[str]:
        """One encoded prediction from each selected model.

        Raises:
            ProtocolError: no model can answer, or the snapshot is wrong.
        """
        if not samples_snapshot():
            return self._answer(snapshot)
        with span("snapshot", set=self.live.current.symbols.id, encoding=snapshot.slot) as traced:
            texts = self._answer(snapshot)
            traced.set(answers=len(texts))
            return texts

    def _answer(self, snapshot: Snapshot) -> list[str]:
        selected = select_predictors(self.live.current, self.families, snapshot)
        return self._predict(snapshot, selected, make_inputs(snapshot, {each.encoding for each in selected}))

    async def answer_slow(self, snapshot: Snapshot, budget: Budget) -> list[str]:
        """As `answer`, for `SLOW_SLOTS`: makes the inputs in a thread."""
        if not samples_snapshot():
            return await self._answer_slow(snapshot, budget)
        with span("snapshot", set=self.live.current.symbols.id, encoding=snapshot.slot) as traced:
            texts = await self._answer_slow(snapshot, budget)
            traced.set(answers=len(texts))
            return texts

    async def _answer_slow(self, snapshot: Snapshot, budget: Budget) -> list[str]:
        selected = select_predictors(self.live.current, self.families, snapshot)
        encodings = {each.encoding for each in selected}
        return self._predict(snapshot, selected, await in_thread(budget, make_inputs, snapshot, encodings))

    def count_refused(self, snapshot: Snapshot) -> None:
        """Counts a snapshot that could not be answered, for each model that would have answered it."""
        with contextlib.suppress(ProtocolError):
            for predictor in select_predictors(self.live.current, self.families, snapshot):
                self._metrics.of_model(predictor.family, self.live.current.symbols.id).refused()

    def _predict(
        self, snapshot: Snapshot, selected: Sequence[Predictor], inputs: Mapping[Encoding, Inputs | None]
    ) -> list[str]:
        drawing, seq, profile = snapshot.drawing, snapshot.seq or 0, self.profile
        texts = []
        for predictor in selected:
            made, counters = inputs[predictor.encoding], predictor.counters
            if counters is None:
                counters = predictor.counters = self._metrics.of_model(predictor.family, self.live.current.symbols.id)
            if made is None:
                answer = predictor.predict(None)
                counters.without_ink()
            else:
                begun = now_ns()
                answer = predictor.predict(made) if profile is None else profile.answer(predictor, made)
                counters.predicted(answer, now_ns() - begun)
                if predictor.shadow is not None:
                    self._offer(predictor.shadow, made, predictor)
            texts.append(encode_prediction(answer, drawing, seq))
        return texts

    def _offer(self, shadow: Shadow, inputs: Inputs, predictor: Predictor) -> None:
        if shadow is not self._offered_to:
            self._offered_to, self._offered = shadow, 0
        if self._offered < SOCKET_MAX and shadow.offer(inputs, predictor.output):
            self._offered += 1
