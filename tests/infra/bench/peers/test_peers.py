"""Rows about peers, and that peers answer as the service does. No times."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

pytest.importorskip("picows", reason="the load client's, installed by `make bench`")

from collector.ink.encodings import canvas20_inputs
from collector.ink.snapshot import to_canvas20
from infra.bench.page.canvas_png import encode
from infra.bench.peers.http_client import Poster, is_whole, request_of
from infra.bench.peers.peers import PEERS, Peer, rows_of, weights_file
from infra.bench.peers.processes import Answers, PeerFailed, answers_of
from infra.bench.peers.regression import features_of, read_weights
from infra.harness.champions import shipped_artifact
from infra.harness.data.drawings import canvases, drawings_of
from infra.harness.data.frames import frame_of
from infra.harness.results.rows import Outcome
from service.wire.messages import Frame
from service.wire.protocol import parse_binary
from training.models.interpreter import Interpreter

pytestmark = pytest.mark.slow  # starts servers

GRADIO = PEERS[0]


def test_a_peers_features_and_weights_answer_as_the_services_model_does() -> None:
    kernel, bias = read_weights(weights_file())
    interpreter = Interpreter(shipped_artifact("original").model, "canvas20")
    for canvas in canvases(drawings_of((), 4)):
        logits = features_of(encode(canvas, "RGBA"))[0] @ kernel + bias
        inputs = canvas20_inputs(to_canvas20(canvas))
        assert inputs is not None

        theirs = np.exp(logits) / np.exp(logits).sum()

        # The service's cells are rounded to 8 bits.
        assert np.allclose(theirs, interpreter.predict(inputs), atol=0.01)


def test_the_service_reads_a_frame() -> None:
    message = parse_binary(frame_of("canvas20", bytes(400)))

    assert isinstance(message, Frame)
    assert (message.encoding, len(message.payload)) == ("canvas20", 400)


def test_a_clients_output_becomes_figures() -> None:
    answers = answers_of({"times": [0.001] * 98 + [0.005, 0.009], "client_busy": 0.5, "errors": 0}, 2.0)

    assert (answers.per_second, answers.p50, answers.p99) == (50, 1, 9)


@pytest.mark.parametrize("found", [{"times": [], "client_busy": 0}, {"times": [0.1], "client_busy": 0, "errors": 3}])
def test_a_client_without_correct_answers_is_an_error(found: dict[str, object]) -> None:
    with pytest.raises(PeerFailed):
        answers_of(found, 1.0)


@pytest.mark.parametrize(("theirs", "outcome"), [(10.0, Outcome.HELD), (20.1, Outcome.FAILED)])
def test_the_goal_is_met_by_the_median_of_the_turns(theirs: float, outcome: Outcome) -> None:
    ours = [Answers(rate, 0.1, 0.2, 0.5) for rate in (9_000, 10_000, 90_000)]
    peer = [Answers(theirs, 100, 200, 0.5)] * 3

    rates, slowest = rows_of(GRADIO, 8, ours, peer)

    assert (rates.ours, rates.theirs, rates.outcome) == (10_000, theirs, outcome)
    assert (slowest.ours, slowest.theirs, slowest.outcome) == (0.2, 200, Outcome.NOT_JUDGED)


def test_a_peer_without_a_goal_is_informational() -> None:
    answers = [Answers(10, 1, 2, 0.5)]

    assert {row.outcome for row in rows_of(Peer("a peer", "module", None), 1, answers, answers)} == {Outcome.NOT_JUDGED}


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", False),
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
    ],
)
def test_an_answer_is_complete_once_its_body_is(answer: bytes, whole: bool) -> None:
    assert is_whole(answer) is whole


def test_a_poster_posts_again_after_each_answer_and_counts_errors() -> None:
    async def talk() -> tuple[int, int]:
        taken: list[float] = []
        poster = Poster([request_of("/predict", b"png")], 0, taken)
        enough = asyncio.Event()
        statuses = iter((b"200 OK", b"500 Oh", b"200 OK"))

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for status in statuses:
                await reader.readuntil(b"\r\n\r\npng")
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\n[]")
            await reader.readuntil(b"\r\n\r\npng")
            enough.set()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await asyncio.get_running_loop().create_connection(lambda: poster, "127.0.0.1", port)
        await enough.wait()
        server.close()
        return len(taken), poster.errors

    assert asyncio.run(talk()) == (3, 1)
