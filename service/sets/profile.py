"""A contributor's own drawings of a set other than digits: they are joined with the operator's examples."""

from __future__ import annotations

from collector.contribution.contributor import OPERATOR
from collector.ink.encodings import Inputs
from service.inference.predictor import Predictor
from service.personal.memory import Memory
from service.personal.profile import Profile
from service.sets.predictor import SetPredictor
from service.wire.replies import Prediction
from service.wire.schemas import PersonalState


class SetProfile(Profile):
    """As `Profile`; without own drawings the operator's examples answer."""

    __slots__ = ()

    def describe(self) -> PersonalState:
        # Examples are all that answers: there is no gain over a model.
        return super().describe().model_copy(update={"gain": None})

    def prepare(self, predictor: Predictor, memory: Memory) -> Memory:
        if not isinstance(predictor, SetPredictor):
            return super().prepare(predictor, memory)
        predictor.prepare(memory, by_operator=self.contributor == OPERATOR)
        return memory

    def answer(self, predictor: Predictor, inputs: Inputs) -> Prediction:
        if not isinstance(predictor, SetPredictor):
            return super().answer(predictor, inputs)
        self.is_used = True
        own = self.memories.get(predictor.key)
        if own is None and predictor.family not in self.families and predictor.embeds:
            self._want(self, predictor.family)
        return predictor.answer(inputs, own)
