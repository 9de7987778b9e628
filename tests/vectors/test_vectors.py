"""Python gives the bytes of the vectors, which the page's tests read too."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collector.ink.drawing import parse_strokes
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.snapshot import pack_ink20, to_canvas20, to_ink20
from service.wire.protocol import parse_binary

HERE = Path(__file__).parent


def read(name: str) -> list[Any]:
    vectors = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(vector, id=vector.get("name", vector.get("encoding"))) for vector in vectors]


def unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


@pytest.mark.parametrize("vector", read("snapshot"))
def test_a_canvas_becomes_the_vectors_bytes(vector: dict[str, Any]) -> None:
    pixels = np.frombuffer(unpacked(vector["gray"]), np.uint8)
    canvas = pixels.reshape(vector["height"], vector["width"])

    ink20, ink20_2 = pack_ink20(to_ink20(canvas)), pack_ink20(to_ink20_2(canvas))
    canvas20 = to_canvas20(canvas).tobytes()

    assert ink20 == base64.b64decode(vector["ink20"])
    assert ink20_2 == base64.b64decode(vector["ink20/2"])
    assert canvas20 == base64.b64decode(vector["canvas20"])


@pytest.mark.parametrize("vector", [v for v in read("snapshot") if "rgba" in v.values[0]])
def test_colours_become_the_vectors_gray(vector: dict[str, Any]) -> None:
    image = Image.frombytes("RGBA", (vector["width"], vector["height"]), unpacked(vector["rgba"]))

    gray = image.convert("RGB").convert("L").tobytes()

    assert gray == unpacked(vector["gray"])


@pytest.mark.parametrize("vector", read("path"))
def test_strokes_become_the_vectors_path(vector: dict[str, Any]) -> None:
    strokes = parse_strokes(vector["strokes"])

    payload = pack_path48(to_path48(strokes, vector["width"], vector["height"]))

    assert payload == base64.b64decode(vector["path48"])


@pytest.mark.parametrize("vector", read("frames"))
def test_the_service_reads_the_vectors_frame(vector: dict[str, Any]) -> None:
    frame = parse_binary(base64.b64decode(vector["frame"]))

    read_fields = (frame.encoding, frame.drawing, frame.seq, frame.t_ms)
    assert read_fields == (vector["encoding"], vector["drawing"], vector["seq"], vector["t_ms"])
    assert frame.payload == base64.b64decode(vector["payload"])
