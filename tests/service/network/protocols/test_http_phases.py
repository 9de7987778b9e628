"""A client that takes its answer has time; one that takes too little of it has not."""

from __future__ import annotations

import h11

from service.network.protocols.http_phases import LEAST_PROGRESS, AnswerProgress, Phase, phase_of


def test_a_connection_waits_for_its_first_head() -> None:
    assert phase_of(h11.Connection(h11.SERVER), None, held=False) is Phase.HEAD


def test_a_request_with_a_body_that_is_not_complete_is_in_its_body() -> None:
    conn = h11.Connection(h11.SERVER)
    conn.receive_data(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n")
    conn.next_event()

    assert phase_of(conn, None, held=False) is Phase.BODY


def test_a_client_that_takes_too_little_makes_no_progress() -> None:
    progress = AnswerProgress()
    progress.start(10 * LEAST_PROGRESS)

    assert not progress.look(10 * LEAST_PROGRESS - 1)
    assert progress.look(9 * LEAST_PROGRESS - 1)


def test_a_client_that_takes_enough_for_more_writes_makes_progress_once() -> None:
    progress = AnswerProgress()
    progress.start(1000)

    progress.resumed()

    assert progress.look(1000)
    assert not progress.look(1000)


def test_a_client_with_nothing_to_take_makes_progress() -> None:
    progress = AnswerProgress()
    progress.start(1000)

    assert progress.look(0)
    assert progress.look(1000)  # the answer has begun since
