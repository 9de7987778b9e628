"""The queue of frames for a challenger: which are taken, when it runs, and what a broken one leaves."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from collector.ink.encodings import Inputs
from service.inference.shadow_queue import QUEUE_MAX, UNANSWERED_MAX, ShadowQueue

FRAME: Inputs = {}  # no challenger here looks at it


def seven(_inputs: Inputs | None = None) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[7]


class Challenger:
    def __init__(self, predict: Callable[[Inputs], np.ndarray] = seven) -> None:
        self.predict = predict


def queue_of(
    share: float = 1.0,
    challenger: Any = Challenger(),  # noqa: B008 - without state
    schedule: Callable[[Callable[[], None]], object] = lambda callback: callback(),
) -> ShadowQueue:
    return ShadowQueue(challenger, share, Random(1), schedule)


def test_a_share_of_the_frames_is_sampled() -> None:
    queue = queue_of(0.25)

    assert 400 < sum(queue.offer(FRAME, seven) and queue.take() is not None for _ in range(2000)) < 600


def test_no_more_frames_wait_to_be_counted_than_the_limit() -> None:
    queue = queue_of()

    assert sum(queue.offer(FRAME, seven) for _ in range(QUEUE_MAX + 5)) == len(queue) == QUEUE_MAX


def test_the_challenger_runs_in_the_loops_next_round_and_a_busy_loop_compares_less() -> None:
    waiting: list[Callable[[], None]] = []
    queue = queue_of(schedule=waiting.append)

    assert sum(queue.offer(FRAME, seven) for _ in range(100)) == len(waiting) == UNANSWERED_MAX
    assert len(queue) == 0
    for callback in waiting:
        callback()
    assert len(queue) == UNANSWERED_MAX


def test_a_challenger_that_raises_leaves_a_frame_without_its_output() -> None:
    def fail(_inputs: Inputs) -> np.ndarray:
        raise RuntimeError("a tensor is missing")

    queue = queue_of(challenger=Challenger(fail))

    assert queue.offer(FRAME, seven)
    frame = queue.take()
    assert frame is not None
    assert frame.theirs is None
