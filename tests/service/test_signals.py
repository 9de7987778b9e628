"""Signals that come while the main thread holds a lock."""

from __future__ import annotations

import signal
import threading

import pytest

from service.signals import STOP_SIGNALS, StopSignals

SECONDS = 10.0


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


def test_each_signal_is_relayed_and_the_former_handlers_come_back() -> None:
    before, calls = [signal.getsignal(number) for number in STOP_SIGNALS], list[int]()
    with StopSignals(lambda: calls.append(1)):
        for number in STOP_SIGNALS * 3:
            signal.raise_signal(number)
    assert len(calls) == 6
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before
