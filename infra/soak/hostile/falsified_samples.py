"""Contributions whose pictures do not show their strokes, or carry hidden data: refused, or stored without it."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from websockets.sync.client import ClientConnection

from collector.ink.canvas_png import read_canvas
from collector.ink.raster import encode_png
from collector.storage.folder_store import FolderStore
from infra.harness.clients.client import connected, contribute
from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.harness.service_process import running_service
from infra.soak.storage.scenario.stored import wait_until_drained

ABOUT = "Contributions with blank, noisy and foreign pictures, and with text hidden in their PNGs"

ANSWER_SECONDS = 30.0  # limits for a busy machine, not promises
DRAIN_SECONDS = 60.0
NOISE_SIDE = 60  # px of a corner: a noisy canvas would be larger than a message may be
SECRET = b"meet me at the bridge at noon"

Falsify = Callable[[bytes, bytes], bytes]  # a picture, and another drawing's


def _noisy(png: bytes, _: bytes) -> bytes:
    canvas = read_canvas(png).copy()
    canvas[:NOISE_SIDE, :NOISE_SIDE] = np.random.default_rng(1).integers(0, 256, (NOISE_SIDE, NOISE_SIDE))
    return encode_png(canvas)


def _with_text(png: bytes, _: bytes) -> bytes:
    text = b"Comment\0" + SECRET
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    return png[:33] + chunk + png[33:]  # behind IHDR


FALSE: Mapping[str, Falsify] = {
    "blank": lambda png, _: encode_png(np.full_like(read_canvas(png), 255)),
    "noisy": _noisy,
    "another drawing's": lambda _, other: other,
}
HIDING: Mapping[str, Falsify] = {
    "in a chunk of text": _with_text,
    "behind the end": lambda png, _: png + SECRET,
}


def run(setting: Setting) -> list[Row]:
    rounds = 2 if setting.quick else 40
    texts = contribution_texts(setting.seed, setting.drawings)
    store = FolderStore(setting.scratch / "store")
    with running_service(setting.scratch / "var", env={"MIDSTROKE_STORE": str(setting.scratch / "store")}) as service:
        with connected(service) as socket:
            false = [_answer(socket, record) for record in _records(texts, FALSE, rounds)]
            hiding = [_answer(socket, record) for record in _records(texts, HIDING, rounds)]
        wait_until_drained(service.var, DRAIN_SECONDS)
    bodies = {key: store.get(key) for key in store.keys("")}
    stored = sum(key.startswith("drawings/") for key in bodies)
    return [
        none_of(
            "false pictures that were not refused", len(false) - false.count("refused"), len(false), "contributions"
        ),
        none_of("objects with hidden text", sum(SECRET in body for body in bodies.values()), len(bodies), "objects"),
        check(
            "contributions with hidden text, accepted and stored without it",
            f"{hiding.count('accepted')} and {stored}",
            f"{len(hiding)} and as many",
            hiding.count("accepted") == stored == len(hiding),
        ),
    ]


def _answer(socket: ClientConnection, record: Mapping[str, Any]) -> str:
    return str(contribute(socket, record["id"], json.dumps(record), ANSWER_SECONDS)["type"])


def _records(texts: Iterator[tuple[str, str]], kinds: Mapping[str, Falsify], rounds: int) -> Iterator[dict[str, Any]]:
    for _ in range(rounds):
        for falsify in kinds.values():
            record, other = json.loads(next(texts)[1]), json.loads(next(texts)[1])
            others = [base64.b64decode(sample["png"]) for sample in other["samples"]]
            for number, sample in enumerate(record["samples"]):
                png = falsify(base64.b64decode(sample["png"]), others[-1 - number % len(others)])
                sample["png"] = base64.b64encode(png).decode()
            yield record
