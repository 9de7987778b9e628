"""Answers snapshots: selects the models, makes their inputs, predicts and encodes. No sockets here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collector.ink.encodings import Encoding, Inputs
from service.inference.inputs import make_inputs
from service.inference.live_models import LiveModels
from service.inference.model_selection import select_predictors
from service.inference.predictor import Predictor
from service.network.budget import Budget
from service.network.metered import in_thread
from service.personal.hand import Hand
from service.wire.messages import Snapshot
from service.wire.replies import encode_prediction


class Answering:
    """Predicts for one client, on the event loop that all predictions run on."""

    __slots__ = ("_live", "families", "hand")

    def __init__(self, live: LiveModels) -> None:
        self.families: tuple[str, ...] = ()  # that the client asked for; empty for the best one
        self.hand: Hand | None = None  # the contributor's, whose own drawings are used
        self._live = live

    def answer(self, snapshot: Snapshot) -> list[str]:
        """One encoded prediction from each selected model.

        Raises:
            ProtocolError: no model can answer, or the snapshot is wrong.
        """
        selected = select_predictors(self._live.current, self.families, snapshot)
        return self._predict(snapshot, selected, make_inputs(snapshot, {each.encoding for each in selected}))

    async def answer_slow(self, snapshot: Snapshot, budget: Budget) -> list[str]:
        """As `answer`, for `SLOW_SLOTS`: makes the inputs in a thread."""
        selected = select_predictors(self._live.current, self.families, snapshot)
        encodings = {each.encoding for each in selected}
        return self._predict(snapshot, selected, await in_thread(budget, make_inputs, snapshot, encodings))

    def _predict(
        self, snapshot: Snapshot, selected: Sequence[Predictor], inputs: Mapping[Encoding, Inputs | None]
    ) -> list[str]:
        drawing, seq, hand = snapshot.drawing, snapshot.seq or 0, self.hand
        texts = []
        for predictor in selected:
            made = inputs[predictor.encoding]
            answer = predictor.predict(made) if hand is None or made is None else hand.answer(predictor, made)
            texts.append(encode_prediction(answer, drawing, seq))
        return texts
