"""Snapshots and their answers over a real websocket, also across a swap of models."""

from __future__ import annotations

import contextlib
import json
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from collector.contribution.layout import TRAINER_STATUS
from collector.ink.drawing import strokes_to_json
from collector.ink.raster import encode_png
from collector.ink.snapshot import pack_ink20, to_canvas20, to_ink20
from collector.storage.memory_store import MemoryStore
from service.inference.live_models import LiveModels
from service.inference.served import Served
from service.websocket.sockets import WOKEN_AT_ONCE
from tests.service.conversation import (
    CANVAS,
    CANVAS20,
    INK20,
    INK20_PAYLOAD,
    PNG,
    StartService,
    ask,
    frame,
    greet,
    ink_frame,
    say,
    serve_two_families,
)
from tests.service.fakes import SEVEN, fake_predictor
from tests.service.serving import Service, receive, receive_all
from training.models.card import Thresholds
from training.models.registry import Registry
from training.models.status import TrainerStatus

pytestmark = pytest.mark.unchanged_service


def snapshots_of_one_canvas() -> list[bytes | str]:
    strokes = {"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500, "pen_width": 16}
    return [
        ink_frame(),
        frame(PNG, encode_png(CANVAS)),
        encode_png(CANVAS),
        json.dumps({**strokes, "strokes": strokes_to_json(SEVEN)}),
    ]


def test_every_encoding_of_a_canvas_gets_the_same_answer(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, family="softmax")

        answers = [ask(socket, message) for message in snapshots_of_one_canvas()]

    posted = service.call("POST", "/predict?family=softmax", encode_png(CANVAS), content_type="image/png").json
    assert {answer["type"] for answer in answers} == {"prediction"}
    assert {answer["family"] for answer in answers} == {"softmax"} == {posted["family"]}
    assert {tuple(answer["probabilities"]) for answer in answers} == {tuple(posted["probabilities"])}
    assert sum(posted["probabilities"]) == pytest.approx(1, abs=1e-3)


def test_an_answer_names_its_drawing_seq_and_model(service: Service) -> None:
    with service.connect() as socket:
        welcome = receive(socket)

        answer = ask(socket, frame(INK20, INK20_PAYLOAD, seq=41, drawing=2**32 - 1))

    version = next(m["model"] for m in welcome["models"] if m["family"] == answer["family"])
    assert (answer["drawing"], answer["seq"], answer["model"]) == (2**32 - 1, 41, version)


def test_bare_pngs_are_counted_by_the_server(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        answers = [ask(socket, encode_png(CANVAS)) for _ in range(3)]

    assert [(answer["drawing"], answer["seq"]) for answer in answers] == [(0, 1), (0, 2), (0, 3)]


def test_a_snapshot_without_ink_gets_equal_probabilities(service: Service) -> None:
    blank = np.full((500, 500), 255, np.uint8)
    with service.connect() as socket:
        receive(socket)

        framed = ask(socket, frame(INK20, pack_ink20(to_ink20(blank))))
        pictured = ask(socket, encode_png(blank))

    assert framed["probabilities"] == pictured["probabilities"] == [0.1] * 10
    assert [doubts(answer) for answer in (framed, pictured)] == [(0, False, False, 0)] * 2


@pytest.mark.parametrize("family", ["path", "cnn", "softmax", "original"])
def test_every_answer_says_how_far_to_rely_on_it(service: Service, family: str) -> None:
    strokes = {"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500}
    with service.connect() as socket:
        greet(socket, family=family)

        answer = ask(socket, json.dumps({**strokes, "strokes": strokes_to_json(SEVEN)}))

    doubt, unsure, settled, personal = doubts(answer)
    assert answer["family"] == family
    assert isinstance(doubt, int | float)
    assert 0 <= doubt <= 1
    assert (type(unsure), type(settled), personal) == (bool, bool, 0)
    assert not (unsure and settled)


def test_the_same_doubt_is_sent_by_socket_and_by_http(start_service: StartService) -> None:
    service = start_service()
    doubtful = fake_predictor("cropped", "ink20", doubt=0.71828, thresholds=Thresholds(unsure=0.6, settled=0.98))
    service.live.current = Served(MappingProxyType({"cropped": doubtful}))
    with service.connect() as socket:
        receive(socket)

        answers = [ask(socket, message) for message in snapshots_of_one_canvas()]

    posted = service.call("POST", "/predict", encode_png(CANVAS), content_type="image/png").json
    assert [doubts(answer) for answer in (*answers, posted)] == [(0.71828, True, False, 0)] * 5


def doubts(answer: Any) -> tuple[Any, ...]:
    return tuple(answer[name] for name in ("doubt", "unsure", "settled", "personal"))


def test_each_requested_family_answers_the_snapshots_it_takes(start_service: StartService) -> None:
    service = start_service()
    serve_two_families(service)
    with service.connect() as socket:
        welcome = greet(socket, families=["whole", "cropped"])

        socket.send(frame(PNG, encode_png(CANVAS), seq=1))
        both = receive_all(socket, 2)
        one = ask(socket, frame(CANVAS20, to_canvas20(CANVAS).tobytes(), seq=2))

    assert welcome["families"] == ["whole", "cropped"]
    assert [(answer["family"], answer["seq"]) for answer in both] == [("whole", 1), ("cropped", 1)]
    assert (one["family"], one["seq"]) == ("whole", 2)


def test_without_coalescing_every_snapshot_is_answered_in_order(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, coalesce=False)

        for seq in range(200):
            socket.send(ink_frame(seq))

        assert [answer["seq"] for answer in receive_all(socket, 200)] == list(range(200))


def test_with_coalescing_the_latest_is_answered_and_answers_stay_in_order(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for seq in range(500):
            socket.send(ink_frame(seq))
        seqs: list[int] = []
        while not seqs or seqs[-1] != 499:
            seqs.append(receive(socket)["seq"])

    assert seqs == sorted(set(seqs))


def test_over_the_rate_limit_the_latest_coalesced_snapshot_is_answered(start_service: StartService) -> None:
    with start_service(frames_per_second=1).connect() as socket:
        receive(socket)

        seqs: list[int] = []
        for seq in range(60):
            socket.send(ink_frame(seq))
            # The pong comes once the snapshot was read, so that each of them had its chance.
            say(socket, type="ping", t=0)
            while (answer := receive(socket))["type"] == "prediction":
                seqs.append(answer["seq"])
        while not seqs or seqs[-1] != 59:
            seqs.append(receive(socket)["seq"])

    assert len(seqs) < 30
    assert seqs == sorted(seqs)


def test_over_the_rate_limit_queued_snapshots_are_all_answered_later(start_service: StartService) -> None:
    with start_service(frames_per_second=50).connect() as socket:
        greet(socket, coalesce=False)

        for seq in range(120):
            socket.send(ink_frame(seq))
        answers = receive_all(socket, 120)

    assert [answer["seq"] for answer in answers] == list(range(120))
    assert {answer["type"] for answer in answers} == {"prediction"}


def test_without_a_model_snapshots_get_an_error_and_the_socket_stays_open(start_service: StartService) -> None:
    service = start_service()
    nothing = LiveModels(MemoryStore(), Registry(MemoryStore()), Registry(MemoryStore()))
    service.live.current = nothing.current
    with service.connect() as socket:
        welcome = receive(socket)

        answers = [ask(socket, ink_frame(seq)) for seq in range(40)]

    assert welcome["models"] == []
    assert {(answer["type"], answer["code"]) for answer in answers} == {("error", "no_model")}


def test_a_swap_reaches_a_drawing_already_under_way(start_service: StartService) -> None:
    service = start_service()
    with service.connect() as socket:
        greet(socket, family="softmax")
        before = ask(socket, ink_frame(1))

        version = service.publish_next("softmax")
        service.live.poll()
        message = receive(socket)
        after = ask(socket, ink_frame(2))

    assert message["type"] == "models"
    assert version in {model["model"] for model in message["models"]}
    assert (before["model"] == version, after["model"]) == (False, version)
    assert before["probabilities"] == after["probabilities"]


def test_a_new_model_is_announced_before_its_first_answer(start_service: StartService) -> None:
    service = start_service()
    with service.connect() as socket:
        greet(socket)
        ask(socket, ink_frame(1))

        serve_two_families(service)  # nobody wakes the session: the next snapshot finds the change
        news, answer = ask(socket, ink_frame(2)), receive(socket)

    assert [model["family"] for model in news["models"]] == ["cropped", "whole"]
    assert (answer["type"], answer["family"], answer["seq"]) == ("prediction", "cropped", 2)


def test_more_sockets_than_are_woken_at_once_are_all_informed(start_service: StartService) -> None:
    service = start_service()
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(service.connect()) for _ in range(2 * WOKEN_AT_ONCE + 1)]
        for socket in sockets:
            receive(socket)

        service.store.put(TRAINER_STATUS, TrainerStatus("training", 20, 20).to_json())
        service.live.poll()

        assert {receive(socket)["type"] for socket in sockets} == {"trainer"}


def test_every_socket_gets_the_trainers_status(start_service: StartService) -> None:
    service = start_service()
    with service.connect() as one, service.connect() as other:
        for socket in (one, other):
            receive(socket)

        service.store.put(TRAINER_STATUS, TrainerStatus("training", 20, 20, reasons=("because",)).to_json())
        service.live.poll()

        for socket in (one, other):
            message = receive(socket)
            assert (message["type"], message["state"], message["new_drawings"], message["reasons"]) == (
                "trainer",
                "training",
                20,
                ["because"],
            )
