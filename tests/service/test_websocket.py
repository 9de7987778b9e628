"""The wire as a client meets it: a real server, a real websocket, the shipped models."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from collector.drawing import strokes_to_json
from collector.layout import TRAINER_STATUS
from collector.object_store import MemoryStore
from collector.raster import draw_strokes, encode_png
from service.live_model import LiveModels, Served
from tests.service.fakes import SEVEN, TOKEN, contribution_record, fake_predictor
from tests.service.serving import WAIT_SECONDS, Service, receive, receive_all
from training.registry import Registry
from training.snapshot import pack_ink20, to_canvas20, to_ink20
from training.status import TrainerStatus

StartService = Callable[..., Service]

CANVAS = draw_strokes(SEVEN)
INK20, CANVAS20, PNG = 1, 2, 3
INK20_PAYLOAD = pack_ink20(to_ink20(CANVAS))


def frame(encoding: int, payload: bytes, seq: int = 1, drawing: int = 1) -> bytes:
    return struct.pack("<BBHIII", 1, encoding, 0, drawing, seq, 0) + payload


def ink_frame(seq: int = 1) -> bytes:
    return frame(INK20, INK20_PAYLOAD, seq)


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def ask(socket: ClientConnection, message: bytes | str) -> Any:
    socket.send(message)
    return receive(socket)


def greet(socket: ClientConnection, **hello: Any) -> Any:
    """Says hello and reads both welcomes."""
    receive(socket)
    say(socket, type="hello", **hello)
    return receive(socket)


def close_code(socket: ClientConnection) -> int | None:
    """Reads on until the server closes."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(WAIT_SECONDS)
    return socket.close_code


# Opening


def test_the_server_welcomes_with_models_limits_consent_and_counts(service: Service) -> None:
    with service.connect() as socket:
        welcome = receive(socket)

        assert socket.subprotocol == "midstroke.v1"
    assert (welcome["type"], welcome["protocol"], welcome["families"]) == ("welcome", "midstroke.v1", [])
    assert [model["best"] for model in welcome["models"]][:1] == [True]
    assert {"family", "model", "encoding", "contract", "drawings", "metrics"} <= welcome["models"][0].keys()
    assert welcome["limits"]["message_bytes"] == 1048576
    assert welcome["consent"]["licence"] == "CC BY 4.0"
    assert welcome["contributions"] == {"total": 0, "yours": 0, "by_label": [0] * 10}
    assert welcome["trainer"] is None


def test_a_client_without_a_subprotocol_is_served_too(service: Service) -> None:
    with service.connect(subprotocols=None) as socket:
        assert receive(socket)["type"] == "welcome"


def test_a_client_of_another_protocol_is_refused(service: Service) -> None:
    with service.connect(subprotocols=["chat"]) as socket:
        assert close_code(socket) == 4400


def test_another_sites_page_is_refused(service: Service) -> None:
    with service.connect(origin="https://evil.example") as socket:
        assert close_code(socket) == 4403


def test_the_services_own_page_is_taken(service: Service) -> None:
    with service.connect(origin=f"http://127.0.0.1:{service.port}") as socket:
        assert receive(socket)["type"] == "welcome"


def test_a_client_without_an_origin_is_refused_where_the_setting_says_so(start_service: StartService) -> None:
    with start_service(allow_no_origin=False).connect() as socket:
        assert close_code(socket) == 4403


def test_one_socket_too_many_is_told_to_come_later(start_service: StartService) -> None:
    service = start_service(max_sockets=1)

    with service.connect() as first, service.connect() as second:
        assert close_code(second) == 4503
        assert receive(first)["type"] == "welcome"


def test_a_place_that_was_left_is_free_again(start_service: StartService) -> None:
    service = start_service(max_sockets=1)
    with service.connect() as first:
        receive(first)

    # The server notices the close on its own time.
    for _ in range(100):
        with service.connect() as second:
            try:
                assert receive(second)["type"] == "welcome"
                return
            except ConnectionClosed:
                continue
    pytest.fail("the place was never free again")


# Predictions


def snapshots_of_one_canvas() -> list[bytes | str]:
    strokes = {"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500, "pen_width": 16}
    return [
        ink_frame(),
        frame(PNG, encode_png(CANVAS)),
        encode_png(CANVAS),
        json.dumps({**strokes, "strokes": strokes_to_json(SEVEN)}),
    ]


def test_the_same_canvas_gets_the_same_answer_however_it_is_sent(service: Service) -> None:
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


def test_a_snapshot_without_ink_says_nothing_about_any_digit(service: Service) -> None:
    blank = np.full((500, 500), 255, np.uint8)
    with service.connect() as socket:
        receive(socket)

        framed = ask(socket, frame(INK20, pack_ink20(to_ink20(blank))))
        pictured = ask(socket, encode_png(blank))

    assert framed["probabilities"] == pictured["probabilities"] == [0.1] * 10


def serve_two_families(service: Service) -> None:
    """`whole` takes canvas20 and says 3, `cropped` takes ink20, says 7 and is the better."""
    predictors = {
        "cropped": fake_predictor("cropped", "ink20", mean=0.9, digit=7),
        "whole": fake_predictor("whole", "canvas20", mean=0.5, digit=3),
    }
    service.live.current = Served(MappingProxyType(predictors))


def test_each_family_asked_answers_what_it_can_be_fed(service: Service) -> None:
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


def test_with_coalescing_the_latest_is_answered_and_none_goes_back(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for seq in range(500):
            socket.send(ink_frame(seq))
        seqs = []
        while not seqs or seqs[-1] != 499:
            seqs.append(receive(socket)["seq"])

    assert seqs == sorted(set(seqs))


def test_over_the_pace_coalesced_snapshots_wait_and_the_latest_is_answered(start_service: StartService) -> None:
    with start_service(frames_per_second=1).connect() as socket:
        receive(socket)

        seqs = []
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


def test_over_the_pace_snapshots_in_order_wait_and_are_all_answered(start_service: StartService) -> None:
    with start_service(frames_per_second=50).connect() as socket:
        greet(socket, coalesce=False)

        for seq in range(120):
            socket.send(ink_frame(seq))
        answers = receive_all(socket, 120)

    assert [answer["seq"] for answer in answers] == list(range(120))
    assert {answer["type"] for answer in answers} == {"prediction"}


def test_with_no_model_snapshots_are_told_so_and_the_socket_stays(start_service: StartService) -> None:
    service = start_service()
    nothing = LiveModels(MemoryStore(), Registry(MemoryStore()), Registry(MemoryStore()))
    service.live.current = nothing.current
    with service.connect() as socket:
        welcome = receive(socket)

        answers = [ask(socket, ink_frame(seq)) for seq in range(40)]

    assert welcome["models"] == []
    assert {(answer["type"], answer["code"]) for answer in answers} == {("error", "no_model")}


# A swap under way


def test_a_swap_reaches_a_drawing_already_under_way(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, family="softmax")
        before = ask(socket, ink_frame(1))

        version = service.publish_next("softmax")
        service.live.poll()
        told = receive(socket)
        after = ask(socket, ink_frame(2))

    assert told["type"] == "models"
    assert version in {model["model"] for model in told["models"]}
    assert (before["model"] == version, after["model"]) == (False, version)
    assert before["probabilities"] == after["probabilities"]


def test_every_socket_is_told_what_the_trainer_does(service: Service) -> None:
    with service.connect() as one, service.connect() as other:
        for socket in (one, other):
            receive(socket)

        service.store.put(TRAINER_STATUS, TrainerStatus("training", 20, 20, reasons=("because",)).to_json())
        service.live.poll()

        for socket in (one, other):
            told = receive(socket)
            assert (told["type"], told["state"], told["new_drawings"], told["reasons"]) == (
                "trainer",
                "training",
                20,
                ["because"],
            )


# Contributions


def test_a_contribution_is_acknowledged_and_once_only_kept(service: Service) -> None:
    record = contribution_record()
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)

        say(socket, type="contribution", **record)
        first = receive(socket)
        say(socket, type="contribution", **record)
        second = receive(socket)
        counts = json.loads(json.dumps(second["contributions"]))

    assert (first["type"], first["id"], first["duplicate"]) == ("accepted", record["id"], False)
    assert (second["use"], second["duplicate"]) == (first["use"], True)
    assert (counts["total"], counts["yours"]) == (1, 1)
    assert len(service.spool.pending(10)) == 1


def test_a_contribution_over_http_is_the_same_contribution(service: Service) -> None:
    record = contribution_record()
    body = json.dumps(record).encode()

    first = service.call("POST", "/contributions", body, content_type="application/json")
    with service.connect() as socket:
        receive(socket)
        say(socket, type="contribution", **record)
        second = receive(socket)

    assert (first.status, first.json["duplicate"]) == (201, False)
    assert (second["id"], second["duplicate"]) == (record["id"], True)


def test_a_wrong_contribution_is_refused_by_its_id(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        say(socket, type="contribution", id="mine", label=11)
        refused = receive(socket)

    assert (refused["type"], refused["id"], refused["code"], refused["retry"]) == (
        "refused",
        "mine",
        "bad_contribution",
        False,
    )


def test_predictions_go_on_while_contributions_are_put_on_disk(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, coalesce=False)

        for number in range(5):
            say(socket, type="contribution", **contribution_record())
            socket.send(ink_frame(number))
        answers = receive_all(socket, 10)

    assert [a["seq"] for a in answers if a["type"] == "prediction"] == list(range(5))
    assert len([a for a in answers if a["type"] == "accepted"]) == 5


def test_the_welcome_counts_what_this_browser_gave(service: Service) -> None:
    service.call("POST", "/contributions", json.dumps(contribution_record()).encode(), content_type="application/json")

    with service.connect() as socket:
        welcome = greet(socket, contributor=TOKEN)

    assert (welcome["contributions"]["total"], welcome["contributions"]["yours"]) == (1, 1)


# Errors


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "bad_json"),
        ("[]", "bad_json"),
        ('{"type": "train"}', "unknown_type"),
        ('{"type": "hello", "coalesce": 1}', "bad_hello"),
        ('{"type": "hello", "family": "nobody"}', "unknown_family"),
        (b"", "bad_frame"),
        (b"\x01\x01", "bad_frame"),
        (frame(INK20, b"short"), "bad_frame"),
        (frame(INK20, b"\xff" * 412), "bad_snapshot"),
        (frame(PNG, b"GIF89a"), "bad_snapshot"),
        (b"\x89PNG\r\n\x1a\n", "bad_snapshot"),
        ('{"type": "strokes", "drawing": 1, "seq": 1, "width": 9, "height": 9, "strokes": 1}', "bad_snapshot"),
        # A snapshot that a client took for text, and a hello that it took for binary.
        (ink_frame().decode("latin-1"), "bad_json"),
        (b'{"type": "hello"}', "bad_frame"),
    ],
)
def test_a_wrong_message_is_told_its_code_and_the_socket_stays(
    service: Service, message: bytes | str, code: str
) -> None:
    with service.connect() as socket:
        receive(socket)

        error = ask(socket, message)
        answer = ask(socket, ink_frame())

    assert (error["type"], error["code"]) == ("error", code)
    assert answer["type"] == "prediction"


def test_an_error_names_the_snapshot_that_it_is_about(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        error = ask(socket, frame(PNG, b"no picture", seq=12, drawing=3))

    assert (error["drawing"], error["seq"]) == (3, 12)


def test_a_hello_that_was_wrong_leaves_the_former_in_force(service: Service) -> None:
    serve_two_families(service)
    with service.connect() as socket:
        greet(socket, family="whole")

        error = ask(socket, '{"type": "hello", "family": "nobody"}')
        answer = ask(socket, encode_png(CANVAS))

    assert (error["code"], answer["family"]) == ("unknown_family", "whole")


def test_thirty_two_wrong_messages_in_a_row_end_the_socket(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for _ in range(32):
            socket.send("nonsense")

        assert close_code(socket) == 4408


def test_thirty_two_wrong_snapshots_in_a_row_end_the_socket(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, coalesce=False)

        for seq in range(32):
            socket.send(frame(INK20, b"\xff" * 412, seq))

        assert close_code(socket) == 4408


def test_a_right_message_between_wrong_ones_keeps_the_socket(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for _ in range(31):
            ask(socket, "nonsense")
        ask(socket, ink_frame())
        for _ in range(31):
            ask(socket, "nonsense")

        assert ask(socket, ink_frame())["type"] == "prediction"


def test_a_message_over_the_limit_ends_the_socket(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        socket.send(bytes(1024 * 1024 + 1))

        assert close_code(socket) == 1009


def test_a_ping_is_answered_by_its_own_number(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        assert ask(socket, '{"type": "ping", "t": 12.5}') == {"type": "pong", "t": 12.5}


def test_a_client_that_never_reads_is_answered_when_it_does(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        for seq in range(2000):
            socket.send(json.dumps({"type": "ping", "t": seq}))

        assert [answer["t"] for answer in receive_all(socket, 2000)] == list(range(2000))
