"""Signals that come while the main thread holds a lock."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from service.signals import STOP_SIGNALS, StopSignals

SECONDS = 10.0


@pytest.fixture(autouse=True)
def former_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_call_that_needs_a_lock_of_the_main_thread_is_made_once_it_is_free(number: signal.Signals) -> None:
    lock, called = threading.Lock(), threading.Event()

    def call() -> None:
        if lock.acquire(timeout=SECONDS):
            called.set()

    with StopSignals(call) as signals:
        assert not signals.came
        with lock:
            signal.raise_signal(number)  # runs the handler before it returns
            assert signals.came
            assert not called.is_set()
        assert called.wait(SECONDS)


def test_several_signals_are_one_call_and_further_ones_are_ignored() -> None:
    calls = list[int]()
    with StopSignals(lambda: calls.append(1)):
        for number in STOP_SIGNALS * 100:
            signal.raise_signal(number)
    for number in STOP_SIGNALS:
        signal.raise_signal(number)
    assert len(calls) == 1


def test_without_a_signal_nothing_is_called_and_the_former_handlers_come_back() -> None:
    before, calls = [signal.getsignal(number) for number in STOP_SIGNALS], list[int]()
    with StopSignals(lambda: calls.append(1)) as signals:
        pass
    assert calls == []
    assert not signals.came
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before
