"""Drawings count while they are stored, accepted by the label filter, and not withdrawn."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from collector.contribution.contributor import contributor_id
from collector.contribution.layout import drawing_key, hidden_key, index_key, verdict_key
from collector.spool.spool import Spool
from collector.storage.verdict import Filtered
from collector.upload.uploader import Uploader
from service.intake.blocked import BlockedContributors
from service.personal import profiles as profiles_module
from service.settings import Settings
from tests.service.conversation import StartService, greet, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.personal.answering import OTHER, Serve, accept, delete, give, leading, snapshot, wait_for
from tests.service.serving import KEY, WAIT_SECONDS, Service, receive, serving

OPERATOR_TOKEN = "an-operators-secret"


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


def test_the_filters_verdicts_are_read_again_when_the_contributor_comes_back_but_not_each_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = accept(service.spool, TOKEN, label=4)
    Uploader(service.spool, service.store).drain()
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        wait_for(socket, 1)
    service.store.put(verdict_key(drawing), Filtered(drawing, False).to_json())

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        soon = snapshot(socket)
    monkeypatch.setattr(profiles_module, "RECHECK_SECONDS", 0.0)
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        wait_for(socket, 0)

    assert soon["personal"] == 1


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


def test_a_resent_id_of_someone_else_gives_nobody_their_drawing(service: Service) -> None:
    with service.connect() as socket, service.connect() as thief:
        greet(socket, contributor=TOKEN)
        greet(thief, contributor=OTHER)
        accepted = give(socket, label=4)
        say(thief, type="contribution", **contribution_record(id=accepted["id"], contributor=OTHER))
        receive(thief)

        assert snapshot(thief)["personal"] == 0
        assert snapshot(socket)["personal"] == 1


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
