"""Contributions are held back while writes fail, and the log names each change once."""

from __future__ import annotations

import logging

import pytest

from collector.spool.group_commit import SpoolError
from collector.spool.spool import SpoolFull
from service.intake.write_pause import REST_SECONDS, WritePause

FAULT = SpoolError("database or disk is full")


class Pause(WritePause):
    """With a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        super().__init__(lambda: self.now)


def test_after_a_failure_one_contribution_is_tried_each_time() -> None:
    pause = Pause()
    pause.failed(FAULT)

    at_once = pause.may_try()
    pause.now += REST_SECONDS
    later = [pause.may_try() for _ in range(2)]

    assert (at_once, later) == (False, [True, False])


def test_after_a_success_every_contribution_is_tried() -> None:
    pause = Pause()
    pause.failed(FAULT)

    pause.written()

    assert [pause.may_try() for _ in range(3)] == [True] * 3


def test_a_full_spool_holds_nothing_back() -> None:
    pause = Pause()

    pause.refused(SpoolFull("the spool is full"))

    assert pause.may_try()


def test_only_changes_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    pause = Pause()
    caplog.set_level(logging.INFO)

    for error in (FAULT, FAULT, SpoolFull("the spool is full")):
        pause.failed(error)
    pause.written()
    pause.written()

    assert [record.getMessage() for record in caplog.records] == [
        "contributions are refused: database or disk is full",
        "contributions are refused: the spool is full",
        "contributions are accepted again",
    ]
