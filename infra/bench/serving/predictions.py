"""Predictions/s of one service process on one core, beside a server that only echoes."""

from __future__ import annotations

import os
from statistics import median

from infra.bench.serving.echo import pinned_echo
from infra.bench.serving.inference_time import per_second
from infra.harness.clients.load import closed_loop, pinned_service
from infra.harness.data.frames import Sent, make_frames
from infra.harness.results.rows import Result, Row, Setting, judge

TITLE = "Predictions per second"
TEXT = """\
Fifty sockets, each of which sends its next frame as soon as the last is answered. The service runs on one core and the
client on the other. The echo is uvicorn with websockets and an application of two calls, which answers with as many
bytes and predicts nothing; rounds of both alternate. An echo server in C (picows) shows what the client alone can do:
where it is far above the rest, the client is not the limit.

Where the time goes: inference in LiteRT, which has rows of its own here, Python's share of a prediction, and the wire.
The goals are multiples of an echo: 2.9, 4.2 and 3.7 for a prediction by `softmax`, `cnn` and `path`, of them 1.1, 1.9
and 1.7 for inference.

Tried: 8-bit weights, multiplied as integers, instead of half precision, which is expanded to 32 bits and read as such;
in the features of the softmax regression, the position as two matrix products, and gradients whose channels stay
together. Together these took two fifths off the inference time of `softmax` and three fifths off that of the two others
(old and new flatbuffers alternating in one process, measured once), with as many correct predictions. Writing products
of directions as convolutions had saved 10 us before. Batches of 4 to 32 snapshots gain nothing for a snapshot, because
arithmetic takes the time, not the calls. Without pairs of directions `softmax` would take two thirds of the time, and
lose some three points of accuracy. On the wire, uvicorn's way through a queue, two tasks and ASGI took about half of
the time of a prediction; complete frames are answered where they are read (`service/network/`). A
server of picows instead of uvicorn would save at most another 7 us, which is what it saves an echo.
"""

SOCKETS = 50
ROUNDS, SECONDS = 3, 2.5
# The most echoes that a prediction may take, and of them inference.
PARTS: tuple[tuple[str, Sent, float, float], ...] = (
    ("softmax", "ink20", 2.9, 1.1),
    ("cnn", "ink20", 4.2, 1.9),
    ("path", "path48", 3.7, 1.7),
)
REPLY_BYTES = 190


def measure(setting: Setting) -> Result:
    rounds, seconds = (1, 0.3) if setting.quick else (ROUNDS, SECONDS)
    rows, alone = list[Row](), list[Row]()
    core = sorted(os.sched_getaffinity(0))[0]  # the service's
    with pinned_service(setting.scratch / "var") as service:
        for family, sent, most, of_inference in PARTS:
            frames = make_frames(sent, 200, setting.drawings)
            url = service.websocket_url
            size = round(closed_loop(url, frames, SOCKETS, 0.3, family, 0.2).reply_bytes)
            ours, echo = [], []
            with pinned_echo("uvicorn", size) as echo_url:
                for _ in range(rounds):
                    echo.append(closed_loop(echo_url, frames, SOCKETS, seconds).per_second)
                    ours.append(closed_loop(url, frames, SOCKETS, seconds, family).per_second)
            rows.append(_row(f"{SOCKETS} sockets in closed loop, {family} ({sent})", median(ours), median(echo), most))
            inference = per_second([core], seconds, family)
            alone.append(_row(f"inference alone, {family}", inference, median(echo), of_inference))
    return Result((*rows, *alone, _client_alone(make_frames("ink20", 200), seconds)))


def _row(name: str, ours: float, echo: float, most: float) -> Row:
    """Predictions and echoes/s; the goal is that a prediction takes at most `most` echoes."""
    took = echo / ours
    note = f"{took:.1f} echoes each"
    return Row(name, ours, "predictions/s", echo, ours / echo, f"<= {most:g} echoes each", judge(took <= most), note)


def _client_alone(frames: list[bytes], seconds: float) -> Row:
    with pinned_echo("picows", REPLY_BYTES) as url:
        found = closed_loop(url, frames, SOCKETS, seconds)
    return Row(
        "the client alone, echo by picows", found.per_second, "round trips/s", note="the most that the client can ask"
    )
