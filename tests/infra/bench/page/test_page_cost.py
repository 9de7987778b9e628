"""Costs from a trace and from frame times. No browser, no times of our own."""

from __future__ import annotations

from typing import Any

import pytest

from infra.bench.page.page_cost import dropped_frames
from infra.bench.page.trace import Cost, NoTrace, pen_to_sent, received_to_painted

PAGE, OTHER = 1, 2


def ran(name: str, ts: float, dur: float, thread: int = PAGE, **data: str) -> dict[str, Any]:
    """An event of `dur` microseconds, two thirds of which the processor worked."""
    args = {"data": data}
    return {"name": name, "ph": "X", "ts": ts, "dur": dur, "tdur": dur * 2 / 3, "pid": 1, "tid": thread, "args": args}


def happened(name: str, ts: float) -> dict[str, Any]:
    return {"name": name, "ph": "I", "ts": ts, "pid": 1, "tid": PAGE, "args": {"data": {}}}


def frame(at: float) -> list[dict[str, Any]]:
    """A snapshot's frame, then the answer's: 300 + 600 us to send; 90 + 150 + 240 + 30 + 60 to paint."""
    return [
        ran("EventDispatch", at, 300, type="pointermove"),
        ran("UpdateLayoutTree", at + 10, 100),  # asked for by the pen's handler: its cost, not the answer's
        ran("FireAnimationFrame", at + 400, 600),
        happened("WebSocketSend", at + 500),
        ran("FunctionCall", at + 2000, 90, functionName="socket.onmessage"),
        ran("FireAnimationFrame", at + 3000, 150),
        ran("FunctionCall", at + 3010, 100, functionName="showReading"),  # within the callback: not counted twice
        ran("UpdateLayoutTree", at + 3200, 240),
        ran("Paint", at + 3500, 30),
        ran("Commit", at + 3600, 60),
    ]


def test_a_snapshot_costs_the_pens_events_and_the_callback_that_sends_it() -> None:
    costs = pen_to_sent(frame(0) + frame(16_000))

    assert [cost.clock for cost in costs] == pytest.approx([0.9, 0.9])
    assert [cost.processor for cost in costs] == pytest.approx([0.6, 0.6])


def test_an_answer_costs_its_handler_what_shows_it_and_the_rendering_up_to_the_commit() -> None:
    costs = received_to_painted(frame(0) + frame(16_000))

    assert [cost.clock for cost in costs] == pytest.approx([0.57, 0.57])
    assert [cost.processor for cost in costs] == pytest.approx([0.38, 0.38])


def test_a_frame_without_an_answer_is_not_counted() -> None:
    events = [*frame(0), ran("UpdateLayoutTree", 8000, 500), ran("Commit", 8600, 60)]

    assert len(received_to_painted(events)) == 1


def test_events_before_an_answer_count_only_from_the_last_painted_frame() -> None:
    late = [ran("UpdateLayoutTree", 8000, 500), ran("Commit", 8600, 60), *frame(16_000)]

    assert [cost.clock for cost in received_to_painted(late)] == pytest.approx([0.57])


def test_key_events_and_other_threads_are_not_counted() -> None:
    events = [ran("EventDispatch", 100, 50, type="keydown"), ran("Commit", 3500, 900, OTHER), *frame(200)]

    assert [cost.clock for cost in pen_to_sent(events)] == pytest.approx([0.9])
    assert [cost.clock for cost in received_to_painted(events)] == pytest.approx([0.57])


def test_events_may_come_in_any_order() -> None:
    assert pen_to_sent(frame(0)[::-1]) == pen_to_sent(frame(0))


def test_a_trace_without_a_snapshot_is_an_error() -> None:
    with pytest.raises(NoTrace, match="WebSocketSend"):
        pen_to_sent([ran("Commit", 0, 1)])


def test_costs_add_up() -> None:
    assert Cost(1, 2) + Cost(3, 4) == Cost(4, 6)


def test_a_frame_is_dropped_where_two_lie_more_than_half_an_interval_too_far_apart() -> None:
    times = [0, 16.7, 33.3, 66.7, 83.3, 108.2, 133.4]

    assert dropped_frames(times) == (2, 6)
