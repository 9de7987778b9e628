from __future__ import annotations

import threading

import pytest

from collector.give_way import PAUSE_SECONDS, WORK_SECONDS, give_way


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; each moves the clock, as work does in `working`."""
    made: list[float] = []
    monkeypatch.setattr("collector.give_way.time.sleep", made.append)
    return made


def working(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Makes each look at the clock find it so much later."""
    now = 1.0

    def clock() -> float:
        nonlocal now
        now += seconds
        return now

    monkeypatch.setattr("collector.give_way.time.perf_counter", clock)


def steps_in_a_thread(count: int) -> None:
    def compute() -> None:
        for _ in range(count):
            give_way()

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()


def test_a_thread_that_computes_pauses_after_its_time(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    working(monkeypatch, 1.1 * WORK_SECONDS)

    steps_in_a_thread(3)

    assert pauses == [PAUSE_SECONDS] * 3


def test_short_steps_pause_rarely(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    working(monkeypatch, WORK_SECONDS / 10)

    steps_in_a_thread(100)

    assert 5 < len(pauses) < 15


def test_the_main_thread_never_pauses(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    working(monkeypatch, 10 * WORK_SECONDS)

    give_way()

    assert pauses == []
