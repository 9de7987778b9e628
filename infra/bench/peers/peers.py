"""Predictions/s on the same drawings by other ways to serve a drawn digit, beside this service."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from collector.contribution.layout import model_key
from collector.ink.snapshot import to_canvas20
from infra.bench.page.canvas_png import encode
from infra.bench.peers.processes import Answers, Span, ask_gradio, ask_post, ask_websocket, peer_server
from infra.harness.champions import shipped_artifact
from infra.harness.clients.load import pinned_service
from infra.harness.data.drawings import canvases, drawings_of
from infra.harness.data.frames import frame_of
from infra.harness.results.rows import CannotRun, Outcome, Result, Row, Setting, judge
from training.models.shipped import FIRST_MODELS

TITLE = "Beside other ways to serve a drawn digit"
TEXT = """\
The same pictures (500x500 px, at a quarter, half, three quarters and all of a drawing's ink) and the same model: the
softmax regression of 2016 with the weights of the shipped family `original`. Each client asks, waits for the answer and
asks again; one client, then eight. Every server runs on one core and every client on another. This service alternates
with each peer; the figures are the medians of the rounds.

Gradio: a Sketchpad in an interface with `live=True`, eight events at a time (its default is one), predicting in numpy.
At each change its own client (`gradio_client`) uploads the picture, joins the queue and waits for the event stream. Its
page uploads more at each change: background, layers and composite.

Keras and tf.function: a PNG posted to FastAPI over a connection that stays open, read by Pillow, shrunk by numpy.

This service: what its page would send, a frame of 416 bytes made from the same picture; and separately the same PNG as
the peers get, over the same websocket.

Where the time goes: Gradio's in three HTTP requests a picture, each with its own connection, a queue and a file; Keras'
in `predict`, which sets up a data set and callbacks for one row; `tf.function`'s in the PNG and in FastAPI. Here the
prediction is the smallest part; the rest is the websocket.
"""

CLIENTS = (1, 8)
LONG, SHORT = Span(1.0, 4.0), Span(0.3, 0.6)
ROUNDS = 2
DRAWINGS = 10
GOAL = 500.0  # times Gradio's predictions
FAMILY = "original"
NO_LIMIT = 1_000_000  # frames/s of one socket; the service's default is 1000


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    module: str  # of infra.bench.peers, and its arguments
    goal: float | None  # times its predictions


PEERS = (
    Peer("Gradio Sketchpad, live", "gradio_sketchpad", GOAL),
    Peer("Keras model.predict in FastAPI", "tensorflow_server predict", None),
    Peer("tf.function in FastAPI", "tensorflow_server function", None),
)

Ask = Callable[[int], Answers]  # by so many clients


def measure(setting: Setting) -> Result:
    if setting.peers is None:
        raise CannotRun("no --peers PYTHON that has gradio")
    pictures = list(canvases(drawings_of(setting.drawings, 1 if setting.quick else DRAWINGS)))
    pngs = [encode(picture, "RGBA") for picture in pictures]
    frames = [frame_of("canvas20", to_canvas20(picture).tobytes()) for picture in pictures]
    span, rounds = (SHORT, 1) if setting.quick else (LONG, ROUNDS)
    rows: list[Row] = []
    with pinned_service(setting.scratch / "var", frames_per_second=NO_LIMIT) as service:
        url = service.websocket_url
        for peer in PEERS:
            with _asking(peer, setting, setting.peers, pngs, span) as ask:
                for clients in CLIENTS:
                    turns = [(ask_websocket(url, FAMILY, frames, clients, span), ask(clients)) for _ in range(rounds)]
                    rows += rows_of(peer, clients, [ours for ours, _ in turns], [theirs for _, theirs in turns])
        in_frames = [frame_of("png", png) for png in pngs]
        rows += [_as_png(clients, ask_websocket(url, FAMILY, in_frames, clients, span)) for clients in CLIENTS]
    return Result(tuple(rows))


@contextlib.contextmanager
def _asking(peer: Peer, setting: Setting, python: Path, pngs: Sequence[bytes], span: Span) -> Iterator[Ask]:
    """Runs the peer's server and yields the function that asks it."""
    with peer_server(python, peer.module, weights_file(), setting.scratch) as port:
        if peer.module == "gradio_sketchpad":
            files = [setting.scratch / f"{number}.png" for number in range(len(pngs))]
            for file, png in zip(files, pngs, strict=True):
                file.write_bytes(png)
            yield lambda clients: ask_gradio(python, port, files, clients, span)
        else:
            yield lambda clients: ask_post(port, "/predict", pngs, clients, span)


def weights_file() -> Path:
    """The weights of the shipped version of the same family."""
    return FIRST_MODELS / model_key(FAMILY, shipped_artifact(FAMILY).card.version, "weights.npz")


def rows_of(peer: Peer, clients: int, ours: Sequence[Answers], theirs: Sequence[Answers]) -> list[Row]:
    """Predictions/s and the 99th percentile, each beside the peer's."""
    name = f"{peer.name}, {_counted(clients)}"
    rates = [median(answers.per_second for answers in turns) for turns in (ours, theirs)]
    slow = [median(answers.p99 for answers in turns) for turns in (ours, theirs)]
    busy = max(answers.client_busy for answers in theirs)
    ratio = rates[0] / rates[1]
    goal = f">= {peer.goal:g} times as many" if peer.goal else ""
    outcome = Outcome.NOT_JUDGED if peer.goal is None else judge(ratio >= peer.goal)
    note = f"the peer's clients used {busy:.0%} of their core"
    return [
        Row(name, rates[0], "predictions/s", rates[1], ratio, goal, outcome, note),
        Row(f"{name}: p99", slow[0], "ms", slow[1], slow[1] / slow[0]),
    ]


def _as_png(clients: int, answers: Answers) -> Row:
    name = f"this service, sent the same PNG, {_counted(clients)}"
    return Row(name, answers.per_second, "predictions/s", note=f"p99 {answers.p99:.2f} ms")


def _counted(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"
