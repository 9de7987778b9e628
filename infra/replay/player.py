"""Sends snapshots over one websocket and counts right answers."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from collector.ink.drawing import Drawing, cut_at_ink, strokes_to_json
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.raster import CANVAS_SIDE, draw_strokes, encode_png
from collector.ink.snapshot import pack_ink20
from infra.harness.clients.client import PROTOCOL
from infra.harness.data.frames import frame_of
from infra.harness.data.recorded import Take
from service.wire.messages import FrameEncoding
from training.data.dataset import EVALUATION_STAGES

Message = Literal["png", "ink20", "path48", "strokes"]
IN_FLIGHT = 32  # unanswered snapshots: enough to keep the service busy, few enough for memory


class PlayError(Exception):
    """The service's answer breaks the protocol."""


async def play(url: str, script: Sequence[Take], message: Message, family: str | None) -> dict[str, Any]:
    """Accuracy, and the shares of `unsure` and `settled` answers, by ink fraction.

    Raises:
        PlayError: the service refused a snapshot or closed the socket.
        OSError: it can't be reached.
    """
    try:
        # A subprotocol, but no size limit: replies are small and it is our own service.
        async with connect(url, subprotocols=[PROTOCOL], max_size=None) as socket:
            await socket.send(json.dumps({"type": "hello", "coalesce": False, "family": family}))
            answers = await _exchange(socket, script, message)
    except WebSocketException as error:
        raise PlayError(str(error)) from error
    return _table(script, answers, message)


async def _exchange(socket: ClientConnection, script: Sequence[Take], message: Message) -> list[dict[str, Any]]:
    """A prediction for each snapshot, which its `drawing` and `seq` name."""
    room = asyncio.Semaphore(IN_FLIGHT)
    answers: list[dict[str, Any]] = []

    async def send() -> None:
        async for frame in _frames(script, message):
            await room.acquire()
            await socket.send(frame)

    sender = asyncio.create_task(send())
    wanted = len(script) * len(EVALUATION_STAGES)
    while len(answers) < wanted:
        reply = json.loads(await socket.recv())
        if reply["type"] == "error":
            sender.cancel()
            raise PlayError(f"{reply['code']}: {reply['message']}")
        if reply["type"] == "prediction":
            answers.append(reply)
            room.release()
    await sender
    return answers


async def _frames(script: Sequence[Take], message: Message) -> AsyncIterator[bytes | str]:
    for number, take in enumerate(script):
        for stage, ink in enumerate(EVALUATION_STAGES):
            yield _frame(number, stage, take, cut_at_ink(take.drawing, ink), message)


def _frame(number: int, stage: int, take: Take, snapshot: Drawing, message: Message) -> bytes | str:
    if message == "strokes":
        return json.dumps(
            {
                "type": "strokes",
                "drawing": number,
                "seq": stage,
                "width": CANVAS_SIDE,
                "height": CANVAS_SIDE,
                "pen_width": take.pen_width,
                "strokes": strokes_to_json(snapshot.strokes),
            }
        )
    # As the page does: the contract by which pictures are read too.
    encoding: FrameEncoding = "ink20/2" if message == "ink20" else message
    return frame_of(encoding, _payload(take, snapshot, message), number, stage)


def _payload(take: Take, snapshot: Drawing, message: Message) -> bytes:
    if message == "path48":
        return pack_path48(to_path48(snapshot.strokes, CANVAS_SIDE, CANVAS_SIDE))
    canvas = draw_strokes(snapshot.strokes, pen_width=take.pen_width)
    return encode_png(canvas) if message == "png" else pack_ink20(to_ink20_2(canvas))


def _table(script: Sequence[Take], answers: Sequence[dict[str, Any]], message: Message) -> dict[str, Any]:
    right: defaultdict[int, int] = defaultdict(int)
    for answer in answers:
        probabilities = answer["probabilities"]
        guess = max(range(len(probabilities)), key=probabilities.__getitem__)
        right[answer["seq"]] += guess == script[answer["drawing"]].label
    accuracy = [round(right[stage] / len(script), 4) for stage in range(len(EVALUATION_STAGES))]
    return {
        "drawings": len(script),
        "sent_as": message,
        "answered_by": sorted({f"{a['family']} {a['model']}" for a in answers}),
        "ink": list(EVALUATION_STAGES),
        "accuracy": accuracy,
        "mean": round(sum(accuracy) / len(accuracy), 4),
        "at_50": accuracy[4],
        "at_100": accuracy[-1],
        "unsure": _shares(answers, "unsure"),
        "settled": _shares(answers, "settled"),
    }


def _shares(answers: Sequence[dict[str, Any]], flag: str) -> list[float] | None:
    """The share of answers at each stage that have the flag set; None from a service that doesn't send it."""
    if not all(flag in answer for answer in answers):
        return None
    by_stage = [
        [answer[flag] for answer in answers if answer["seq"] == stage] for stage in range(len(EVALUATION_STAGES))
    ]
    return [round(sum(flags) / len(flags), 4) for flags in by_stage]
