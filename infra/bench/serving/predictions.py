"""Predictions/s of one service process on one core, beside a server that only echoes."""

from __future__ import annotations

from statistics import median

from infra.bench.serving.echo import pinned_echo
from infra.harness.clients.load import closed_loop, pinned_service
from infra.harness.data.frames import Sent, make_frames
from infra.harness.results.rows import Result, Row, Setting, judge

TITLE = "Predictions per second"
TEXT = """\
Fifty sockets, each of which sends its next frame as soon as the last is answered. The service runs on one core and the
client on the other. The echo is uvicorn with websockets and an application of two calls, which answers with as many
bytes and predicts nothing; rounds of both alternate. An echo server in C (picows) shows what the client alone can do:
where it is far above the rest, the client is not the limit.

Where the time goes: inference in LiteRT (`python -m infra.bench workers` measures that of `softmax` alone), Python's
share of a prediction, and the wire. An echo takes 12 us on a fast machine: there no change to the wire can reach the
goals, which would need inference in 3 and 18 us.

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
PARTS: tuple[tuple[str, Sent, float], ...] = (
    ("softmax", "ink20", 0.80),
    ("cnn", "ink20", 0.40),
    ("path", "path48", 0.40),
)
LEAST, WHERE_ECHO = 12_000, 15_000  # predictions a second by softmax, on a machine whose echo does so many
REPLY_BYTES = 190


def measure(setting: Setting) -> Result:
    rounds, seconds = (1, 0.3) if setting.quick else (ROUNDS, SECONDS)
    rows = []
    with pinned_service(setting.scratch / "var") as service:
        for family, sent, goal in PARTS:
            frames = make_frames(sent, 200, setting.drawings)
            url = service.websocket_url
            size = round(closed_loop(url, frames, SOCKETS, 0.3, family, 0.2).reply_bytes)
            ours, echo = [], []
            with pinned_echo("uvicorn", size) as echo_url:
                for _ in range(rounds):
                    echo.append(closed_loop(echo_url, frames, SOCKETS, seconds).per_second)
                    ours.append(closed_loop(url, frames, SOCKETS, seconds, family).per_second)
            rows.append(_row(family, sent, median(ours), median(echo), goal))
    rows.append(_client_alone(make_frames("ink20", 200), seconds))
    return Result(tuple(rows))


def _row(family: str, sent: Sent, ours: float, echo: float, goal: float) -> Row:
    words, met = f">= {goal:.2f} of the echo", ours / echo >= goal
    if family == "softmax":
        words += f", and >= {LEAST:,}/s where the echo does {WHERE_ECHO:,}/s"
        met = met and (echo < WHERE_ECHO or ours >= LEAST)
    name = f"{SOCKETS} sockets in closed loop, {family} ({sent})"
    return Row(name, ours, "predictions/s", echo, ours / echo, words, judge(met))


def _client_alone(frames: list[bytes], seconds: float) -> Row:
    with pinned_echo("picows", REPLY_BYTES) as url:
        found = closed_loop(url, frames, SOCKETS, seconds)
    return Row(
        "the client alone, echo by picows", found.per_second, "round trips/s", note="the most that the client can ask"
    )
