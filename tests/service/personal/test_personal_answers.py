"""Answers that use the contributor's own drawings: at once, everywhere, until they are deleted or turned off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.conversation import StartService, ask, greet, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.personal.answering import OTHER, STROKES, Serve, give, leading, receive_hello, snapshot, wait_for
from tests.service.serving import Service, receive


def test_an_accepted_drawing_counts_from_the_next_snapshot(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        before = snapshot(socket)
        give(socket, label=4)
        after = snapshot(socket)

    assert before["personal"] == 0
    assert before["probabilities"] == pytest.approx([0.1] * 10)
    assert after["personal"] == 1
    assert leading(after) == 4
    assert sum(after["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_strokes_are_answered_by_own_drawings_too(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN, family="path")
        record = contribution_record(label=4)
        say(socket, type="contribution", **record)
        receive(socket)
        answer = ask(socket, json.dumps({**STROKES, "strokes": record["strokes"]}))

    assert answer["personal"] == 1
    assert leading(answer) == 4


def test_a_drawing_given_over_http_counts_as_well(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        body = json.dumps(contribution_record(label=4)).encode()
        assert service.call("POST", "/contributions", body, Content_Type="application/json").status == 201
        answer = snapshot(socket)

    assert answer["personal"] == 1


def test_other_sockets_of_the_contributor_follow_and_nobody_elses(service: Service) -> None:
    with service.connect() as socket, service.connect() as same, service.connect() as stranger:
        greet(socket, contributor=TOKEN)
        greet(same, contributor=TOKEN)
        greet(stranger, contributor=OTHER)
        give(socket, label=4)

        assert snapshot(same)["personal"] == 1
        assert snapshot(stranger)["personal"] == 0


def test_without_contributor_or_turned_off_the_answer_is_exactly_the_plain_one(service: Service) -> None:
    with service.connect() as socket, service.connect() as plain:
        greet(socket, contributor=TOKEN)
        give(socket, label=4)
        welcome = receive_hello(socket, contributor=TOKEN, personal=False)
        greet(plain)

        assert snapshot(socket) == snapshot(plain)
        assert welcome["personal"] is None
        assert welcome["contributions"]["yours"] == 1
        on_again = receive_hello(socket, contributor=TOKEN)
        assert on_again["personal"]["drawings"] == 1
        assert snapshot(socket)["personal"] == 1


def test_a_snapshot_without_ink_uses_no_drawings(service: Service) -> None:
    from collector.ink.raster import draw_strokes, encode_png

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        give(socket)
        answer = ask(socket, encode_png(draw_strokes(())))

    assert (answer["personal"], answer["doubt"], answer["unsure"], answer["settled"]) == (0, 0, False, False)


def test_a_new_version_of_the_model_gets_a_memory_of_its_own(
    service: Service, serve_embedding: Callable[..., str]
) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        give(socket, label=4)
        version = serve_embedding(service, 2032)
        while receive(socket)["type"] != "models":
            pass
        answer = wait_for(socket, 1)

    assert answer["model"] == version


def test_memory_is_bounded_and_the_least_recently_used_goes_first(
    start_service: StartService, serve_embedding: Serve
) -> None:
    service = start_service(personal_bytes=60_000)
    serve_embedding(service)
    for number in range(8):
        with service.connect() as socket:
            greet(socket, contributor=f"{TOKEN}-{number}")
            for _ in range(5):
                give(socket, contributor=f"{TOKEN}-{number}")
            assert snapshot(socket)["personal"] == 5
        assert service.profiles.bytes <= 60_000

    with service.connect() as socket:
        greet(socket, contributor=f"{TOKEN}-0")

        assert wait_for(socket, 5)["personal"] == 5  # the welcome waits for the drawings only for a moment


def test_without_memory_allowed_no_answer_is_personal(start_service: StartService, serve_embedding: Serve) -> None:
    service = start_service(personal_bytes=1)
    serve_embedding(service)
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        give(socket)

        assert snapshot(socket)["personal"] == 0


def test_the_welcome_says_what_the_own_drawings_gain(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        give(socket, label=4)
        once = receive_hello(socket, contributor=TOKEN)["personal"]
        give(socket, label=4)
        twice = receive_hello(socket, contributor=TOKEN)["personal"]

    assert once == {"drawings": 1, "digits": 1, "gain": None}
    assert twice["drawings"] == 2
    assert twice["gain"]["drawings"] == 2
    assert twice["gain"]["personal"] == 1  # every digit was equally likely before
    assert twice["gain"]["plain"] < 1


@pytest.mark.parametrize("personal", [None, 0, "yes"])
def test_personal_must_be_true_or_false(service: Service, personal: Any) -> None:
    with service.connect() as socket:
        receive(socket)

        error = ask(socket, json.dumps({"type": "hello", "personal": personal}))

    assert error["code"] == "bad_hello"
    assert "personal" in error["message"]


def test_the_session_keeps_no_token(service: Service) -> None:
    import gc

    from service.wire.messages import Hello

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        snapshot(socket)

        held = [each for each in gc.get_objects() if type(each) is Hello and each.contributor == TOKEN]

    assert held == []
    assert TOKEN not in repr(Hello(contributor=TOKEN))
