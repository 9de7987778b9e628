"""Answers that use the contributor's own drawings: at once, everywhere, until they are deleted or turned off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from collector.contribution.contributor import contributor_id
from collector.contribution.layout import drawing_key, hidden_key, index_key, verdict_key
from collector.spool.spool import Spool
from collector.storage.verdict import Filtered
from collector.upload.uploader import Uploader
from service.intake.blocked import BlockedContributors
from service.personal import profiles as profiles_module
from service.settings import Settings
from tests.service.conversation import StartService, ask, frame, greet, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.personal.conftest import PATH48_PAYLOAD
from tests.service.serving import KEY, WAIT_SECONDS, Service, receive, serving

PATH48 = 4
OTHER = "another-browsers-token"
OPERATOR_TOKEN = "an-operators-secret"
STROKES = {"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500}
Serve = Callable[[Service], str]


@pytest.fixture
def service(start_service: StartService, serve_embedding: Serve) -> Service:
    service = start_service()
    serve_embedding(service)
    return service


def snapshot(socket: ClientConnection, seq: int = 1) -> Any:
    return ask(socket, frame(PATH48, PATH48_PAYLOAD, seq))


def give(socket: ClientConnection, **changes: Any) -> Any:
    """Contributes a drawing like the snapshots; returns the acknowledgement with the drawing's record."""
    record = contribution_record(**changes)
    say(socket, type="contribution", **record)
    reply = receive(socket)
    assert reply["type"] == "accepted", reply
    return reply


def delete(service: Service, accepted: Any) -> None:
    answer = service.call("DELETE", f"/contributions/{accepted['id']}", Authorization=f"Bearer {accepted['receipt']}")
    assert answer.status == 200


def wait_for(socket: ClientConnection, personal: int) -> Any:
    """Asks until that many own drawings are used."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (answer := snapshot(socket))["personal"] != personal:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer


def leading(answer: Any) -> int:
    return max(range(10), key=answer["probabilities"].__getitem__)


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


def test_a_deleted_drawing_counts_no_more(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        kept, deleted = give(socket, label=4), give(socket, label=5)
        both = snapshot(socket)
        delete(service, deleted)
        one = snapshot(socket)
        delete(service, kept)
        none = snapshot(socket)

    assert [answer["personal"] for answer in (both, one, none)] == [2, 1, 0]
    assert leading(one) == 4
    assert none["probabilities"] == pytest.approx([0.1] * 10)


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


def receive_hello(socket: ClientConnection, **hello: Any) -> Any:
    say(socket, type="hello", **hello)
    return receive(socket)


def test_a_snapshot_without_ink_uses_no_drawings(service: Service) -> None:
    from collector.ink.raster import draw_strokes, encode_png

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        give(socket)
        answer = ask(socket, encode_png(draw_strokes(())))

    assert (answer["personal"], answer["doubt"], answer["unsure"], answer["settled"]) == (0, 0, False, False)


def test_a_new_service_on_the_same_folder_remembers(tmp_path: Path, serve_embedding: Serve) -> None:
    with serving(tmp_path, Settings()) as service:
        serve_embedding(service)
        with service.connect() as socket:
            greet(socket, contributor=TOKEN)
            give(socket, label=4)

    with serving(tmp_path, Settings()) as service:
        serve_embedding(service)
        with service.connect() as socket:
            welcome = greet(socket, contributor=TOKEN)
            answer = snapshot(socket)

    assert welcome["personal"]["drawings"] == 1
    assert answer["personal"] == 1
    assert leading(answer) == 4


def test_drawings_that_were_uploaded_are_found_by_the_index_alone(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another service on the same store took them: this one's spool never had them."""
    monkeypatch.setattr(profiles_module, "STORE_SECONDS", 0.1)
    with closing(Spool(tmp_path / "elsewhere.sqlite")) as elsewhere:
        mine, other = accept(elsewhere, TOKEN, label=4), accept(elsewhere, OTHER, label=5)
        Uploader(elsewhere, service.store).drain()
        service.store.put(index_key(contributor_id(KEY, TOKEN), other), b"")  # a wrong entry

        with service.connect() as socket:
            greet(socket, contributor=TOKEN)
            found = wait_for(socket, 1)
            elsewhere.delete(mine)
            Uploader(elsewhere, service.store).drain()
            gone = wait_for(socket, 0)

    assert leading(found) == 4
    assert gone["probabilities"] == pytest.approx([0.1] * 10)


def accept(spool: Spool, token: str, **changes: Any) -> str:
    from collector.contribution.contribution import parse_contribution

    contribution = parse_contribution(contribution_record(contributor=token, **changes))
    return spool.accept(contribution, contributor_id(KEY, token)).id


def test_a_drawing_that_another_worker_took_or_deleted_is_followed_within_a_second(
    service: Service, tmp_path: Path
) -> None:
    with closing(Spool(tmp_path / "spool.sqlite")) as worker, service.connect() as socket:
        greet(socket, contributor=TOKEN)
        drawing = accept(worker, TOKEN, label=4)
        found = wait_for(socket, 1)
        worker.delete(drawing)
        wait_for(socket, 0)

    assert leading(found) == 4


def test_a_drawing_deleted_by_another_worker_is_not_used_by_the_next_socket(service: Service, tmp_path: Path) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        drawing = give(socket, label=4)["id"]
        give(socket, label=5)
    with closing(Spool(tmp_path / "spool.sqlite")) as worker:
        worker.delete(drawing)
    deadline = time.monotonic() + WAIT_SECONDS
    while drawing in service.profiles.of(contributor_id(KEY, TOKEN)):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)

        assert snapshot(socket)["personal"] == 1


@pytest.mark.parametrize(("confirmed", "expected"), [(False, 0), (True, 1)])
def test_a_drawing_that_the_label_filter_rejects_counts_only_once_confirmed(
    service: Service, confirmed: bool, expected: int
) -> None:
    drawing = accept(service.spool, TOKEN, label=4, confirmed=confirmed)
    Uploader(service.spool, service.store).drain()
    service.store.put(verdict_key(drawing), Filtered(drawing, confirmed).to_json())

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)

        assert snapshot(socket)["personal"] == expected


def test_a_damaged_drawing_does_not_count_and_hides_no_other(service: Service) -> None:
    damaged, kept = accept(service.spool, TOKEN, label=4), accept(service.spool, TOKEN, label=5)
    Uploader(service.spool, service.store).drain()
    service.store.put(drawing_key(damaged), b"{")

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        answer = snapshot(socket)

    assert kept != damaged
    assert answer["personal"] == 1
    assert leading(answer) == 5


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


def test_a_resent_id_of_someone_else_gives_nobody_their_drawing(service: Service) -> None:
    with service.connect() as socket, service.connect() as thief:
        greet(socket, contributor=TOKEN)
        greet(thief, contributor=OTHER)
        accepted = give(socket, label=4)
        say(thief, type="contribution", **contribution_record(id=accepted["id"], contributor=OTHER))
        receive(thief)

        assert snapshot(thief)["personal"] == 0
        assert snapshot(socket)["personal"] == 1


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


def test_operators_decisions_hold_for_own_drawings_at_once(start_service: StartService, serve_embedding: Serve) -> None:
    service = start_service(operator_token=OPERATOR_TOKEN)
    serve_embedding(service)
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        four, five = (give(socket, label=label)["id"] for label in (4, 5))
        Uploader(service.spool, service.store).drain()
        found = []
        for decision in (
            {"action": "hide", "drawing": five},
            {"action": "relabel", "drawing": four, "label": "7"},
            {"action": "unhide", "drawing": five},
            {"action": "block", "contributor": contributor_id(KEY, TOKEN)},
            {"action": "unblock", "contributor": contributor_id(KEY, TOKEN)},
        ):
            decide(service, **decision)
            answer = snapshot(socket)
            found.append((answer["personal"], answer["personal"] == 1 and leading(answer)))
        decide(service, action="relabel", drawing=four, label="4")
        decide(service, action="hide", drawing=five)
        last = snapshot(socket)

    assert found == [(1, 4), (1, 7), (2, False), (0, False), (2, False)]
    assert (last["personal"], leading(last)) == (1, 4)


def test_a_drawing_hidden_elsewhere_counts_no_more_after_the_next_look(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        drawing = give(socket, label=4)["id"]
        service.store.put(hidden_key(drawing), b"{}")  # by another service, or the command line
        watch = BlockedContributors(service.store, listener=service.profiles.moderate)

        before = snapshot(socket)["personal"]
        watch.keep_fresh()

        assert (before, snapshot(socket)["personal"]) == (1, 0)


def decide(service: Service, **decision: Any) -> None:
    body = json.dumps(decision).encode()
    headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}", "content_type": "application/json"}
    assert service.call("POST", "/operator/moderation/decisions", body, **headers).status == 200
