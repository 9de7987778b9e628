"""Looks at a client at equal times: whether it still takes answers, and still answers pings."""

from __future__ import annotations

from service.network.protocols.liveness import Finding, Liveness


def test_a_client_that_answers_pings_is_pinged_for_ever() -> None:
    liveness = Liveness()

    found = []
    for _ in range(5):
        found.append(liveness.look(unread=0, listening=True))
        liveness.heard = True

    assert found == [Finding.FINE] * 5


def test_a_client_that_does_not_answer_its_ping_is_silent_unless_nobody_listens() -> None:
    liveness = Liveness()

    found = [liveness.look(0, listening) for listening in (True, False, True)]

    assert found == [Finding.FINE, Finding.FINE, Finding.SILENT]


def test_a_client_that_takes_some_of_its_answers_is_behind_and_one_that_takes_none_is_stuck() -> None:
    liveness = Liveness()

    found = [liveness.look(unread, False) for unread in (90_000, 80_000, 80_000)]

    assert found == [Finding.BEHIND, Finding.BEHIND, Finding.STUCK]
