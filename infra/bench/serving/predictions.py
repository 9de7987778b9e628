"""Predictions a second by one service process on one core, beside a server that only echoes."""

from __future__ import annotations

from statistics import median

from infra.bench.serving.echo import pinned_echo
from infra.harness.frames import Sent, make_frames
from infra.harness.load import closed_loop, pinned_service
from infra.harness.rows import Result, Row, Setting, judge

TITLE = "Predictions per second"
TEXT = """\
Fifty sockets, each of which sends its next frame as soon as the last is answered. The service is kept to one core and
the client to the other. The echo is uvicorn with websockets and an application of two calls, which answers as many
bytes and predicts nothing; rounds of both take turns. What the client alone can do is told by an echo server in C
(picows): where it stands far above the rest, the client is not the limit.

Where the time goes: LiteRT's own sums (of `softmax` alone told by `python -m infra.bench workers`), what Python does
about a prediction, and the wire. An echo takes 12 us on a fast machine: on such a one no arrangement
of the wire reaches the goals, which would ask for sums of 3 and 18 us.

What was tried: weights of 8 bits, which are multiplied in whole numbers, in place of half precision, which is
unfolded to 32 bits and read as such; of the softmax regression's features, all that is said of the place as two
matrix products, and gradients whose channels are never parted. Together that took two fifths off the sum of `softmax`
and three fifths off the two others' (old and new flatbuffers in one process, in turns, measured once), with as many
right answers. Products of directions written as convolutions had saved 10 us before; batches of 4 to 32 snapshots
gain nothing for a snapshot, for it is arithmetic that takes the time and not the calls; without pairs of directions
`softmax` would take two thirds, at the price of some three points of accuracy. On the wire, uvicorn's way through a
queue, two tasks and ASGI took about half of the time of a prediction; frames that come whole are now answered where
they are read (`service/network/`). A server of picows in place of uvicorn would save another 7 us at
most: that is what it saves an echo.
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
    return Row("the client alone, echo by picows", found.per_second, "round trips/s", note="what can be asked at all")
