"""The vote: reads a snapshot of a symbol set other than digits by the stages of the examples. Pure numpy, no I/O.

It takes examples of any number as they are, where a regression (`regression.py`) has to be fitted to them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.personal.memory import Memory
from service.personal.regression import Floats

FEW_DRAWINGS = 10  # one of each digit


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of the vote, chosen on writers that no model had seen (`python -m infra.personal`)."""

    temperature: float = 0.06  # of cosine similarities, with ten drawings: so much less alike counts 1/e
    sharpening: float = 0.32  # with n drawings the temperature falls as (10 / n) ** sharpening
    prior: float = 0.04  # weight of the model's own probabilities: it decides where no drawing is much alike
    weight: float = 1.5  # of the vote's log shares beside the model's log probabilities
    epsilon: float = 0.01  # of each class's share: no digit is ruled out because it was never drawn

    def temperature_of(self, drawings: int) -> float:
        return self.temperature * math.pow(FEW_DRAWINGS / max(FEW_DRAWINGS, drawings), self.sharpening)


VOTE = Constants()


def vote(memory: Memory, embedding: Floats, probabilities: Sequence[float], constants: Constants = VOTE) -> list[float]:
    """The model's K probabilities of one snapshot, weighed by how alike its embedding (E,) is to the memory.

    Each drawing votes for its label by the stage that is most alike, the more the higher its cosine similarity. The
    model's own probabilities p vote beside them with the weight `prior`, so that drawings by another hand, which are
    little alike, change little. The shares s of the classes go into p * (s + epsilon) ** weight.
    """
    length = math.sqrt(embedding.dot(embedding)) or 1.0
    temperature = constants.temperature_of(memory.count)
    alike = memory.embeddings @ (embedding * np.float32(1 / (length * temperature)))
    closest = np.maximum.reduceat(alike, memory.starts)
    closest -= np.float32(1 / temperature)  # exp() of a large number overflows; a cosine is at most 1
    # Few numbers from here on: for ten, a call of numpy takes longer than all of them in Python.
    masses = (memory.votes @ np.exp(closest, out=closest)).tolist()
    prior, epsilon, weight = constants.prior, constants.epsilon, constants.weight
    masses = [mass + prior * p for mass, p in zip(masses, probabilities, strict=True)]
    total = sum(masses)
    weighed = [p * (mass / total + epsilon) ** weight for mass, p in zip(masses, probabilities, strict=True)]
    total = sum(weighed)
    return [each / total for each in weighed]
