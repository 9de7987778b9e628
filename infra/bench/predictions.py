"""Predictions a second by one service process on one core, beside a server that only echoes."""

from __future__ import annotations

from statistics import median

from infra.bench.driving import closed_loop, pinned_echo, pinned_service
from infra.bench.frames import Sent, make_frames
from infra.bench.result import Result, Row, Setting

TEXT = """\
Fifty sockets, each of which sends its next frame as soon as the last is answered. The service is kept to one core and
the client to the other. The echo is uvicorn with websockets and an application of two calls, which answers as many
bytes and predicts nothing; rounds of both take turns. What the client alone can do is told by an echo server in C
(picows): where it stands far above the rest, the client is not the limit.

Where the time of a `softmax` prediction goes (py-spy, on the service under this load): nearly three fifths of the event
loop's time is LiteRT's own sum, whose 279 steps find line directions and bends before the one linear layer; the send
call is a fifteenth, as is reading the payload; the rest is thinly spread. That sum alone takes 50 us, the CNN's 128
and the path's 118, and an echo takes 12: on a machine like this no arrangement of the wire reaches the goals, which
would ask for sums of 3 and 18 us. All that Python does about a softmax prediction takes some 21 us where it is hot in
the caches, about a fifth less than before numbers were formatted at once and cells looked up.

What was tried: products of directions written as convolutions take 48 us in place of 58, and are in; batches of 4 to 32
snapshots gain nothing for a snapshot (46 to 50 us each, before that; the CNN and the path none), for it is arithmetic
that takes the time and not the calls; without pairs of directions it would be 22 us, at the price of some three points
of accuracy. On the wire, uvicorn's way through a queue, two tasks and ASGI took about half of the time of a prediction;
frames that come whole are now answered where they are read (`service/quick_frames.py`). A server of picows in place of
uvicorn would save another 7 us at most: that is what it saves an echo.
"""

SOCKETS = 50
ROUNDS, SECONDS = 5, 3.0
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
    return Row(name, ours, "predictions/s", echo, ours / echo, words, met)


def _client_alone(frames: list[bytes], seconds: float) -> Row:
    with pinned_echo("picows", REPLY_BYTES) as url:
        found = closed_loop(url, frames, SOCKETS, seconds)
    return Row("the client alone, echo by picows", found.per_second, "round trips/s", note="what can be asked at all")
