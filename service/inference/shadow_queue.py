"""Lets a challenger answer a sample of live frames on the event loop, between answers to visitors.

A callback runs the challenger for one frame: an answer waits for one inference at most. In a thread of low priority
inference would wait for the scheduler's slices, and answers with it, for such a thread may hold Python's lock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Inputs
from training.models.interpreter import Interpreter

QUEUE_MAX = 50  # frames that wait to be counted; more are not compared
UNANSWERED_MAX = 8  # frames that wait for the challenger, likewise

Output = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """What both models make of a live frame."""

    inputs: Inputs
    ours: Output
    theirs: Output | None  # None: the challenger failed


class ShadowQueue:
    """Lets one challenger answer a share of the frames; the event loop offers them, the thread takes the answers."""

    __slots__ = ("_challenger", "_random", "_schedule", "_share", "_unanswered", "_waiting")

    def __init__(
        self, challenger: Interpreter, share: float, random: Random, schedule: Callable[[Callable[[], None]], object]
    ) -> None:
        """`schedule` has the event loop call something in its next round."""
        self._challenger = challenger
        self._share = share
        self._random = random
        self._schedule = schedule
        self._unanswered: deque[tuple[Inputs, Output]] = deque()
        self._waiting: deque[Frame] = deque()

    def offer(self, inputs: Inputs, output: Callable[[], Output]) -> bool:
        """Takes the inputs of a live frame with the set probability; returns whether it did.

        `output` gives the champion's (classes,) for it; it is called for the frames that are taken.
        """
        if self._random.random() >= self._share:
            return False
        if len(self._unanswered) >= UNANSWERED_MAX or len(self._waiting) >= QUEUE_MAX:
            return False
        self._unanswered.append((inputs, output()))
        self._schedule(self._answer)
        return True

    def _answer(self) -> None:
        inputs, ours = self._unanswered.popleft()
        try:
            theirs = self._challenger.predict(inputs)
        except (RuntimeError, ValueError):  # what LiteRT raises
            theirs = None
        self._waiting.append(Frame(inputs, ours, theirs))

    def take(self) -> Frame | None:
        """The frame that waits longest; None if there is none."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def __len__(self) -> int:
        return len(self._waiting)


def call_soon(callback: Callable[[], None]) -> None:
    """Schedules a call on the running event loop."""
    asyncio.get_running_loop().call_soon(callback)
