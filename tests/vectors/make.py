"""Makes the vectors: small drawings and canvases, and the bytes that our contracts make of them.

`python tests/vectors/make.py` writes them anew; every run gives the same files. A change of theirs is a change of a
contract, and needs a new version of it.
"""

from __future__ import annotations

import base64
import json
import math
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.drawing import Point, Stroke
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.raster import PEN_WIDTH, draw_strokes
from collector.ink.snapshot import pack_ink20, to_canvas20, to_ink20

HERE = Path(__file__).parent
HEADER = struct.Struct("<BBHIII")
FRAME_CODES = {"ink20": 1, "canvas20": 2, "path48": 4, "ink20/2": 5}

Line = list[tuple[float, float]]
Canvas = NDArray[np.uint8]


def main() -> None:
    for name, made in (("snapshot", snapshot_vectors()), ("path", path_vectors()), ("frames", frame_vectors())):
        lines = ",\n".join(json.dumps(vector) for vector in made)
        (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def snapshot_vectors() -> list[dict[str, Any]]:
    return [snapshot_vector(name, canvas) for name, canvas in canvases()] + [colour_vector()]


def snapshot_vector(name: str, canvas: Canvas) -> dict[str, Any]:
    height, width = canvas.shape
    return {
        "name": name,
        "width": width,
        "height": height,
        "gray": packed(canvas.tobytes()),
        "ink20": encoded(pack_ink20(to_ink20(canvas))),
        "ink20/2": encoded(pack_ink20(to_ink20_2(canvas))),
        "canvas20": encoded(to_canvas20(canvas).tobytes()),
    }


def colour_vector() -> dict[str, Any]:
    """A canvas in colour; its gray is Pillow's."""
    noise = random.Random(7)
    pixels = np.array([[noise.randrange(256) for _ in range(3)] for _ in range(32 * 24)], np.uint8).reshape(24, 32, 3)
    rgba = np.dstack([pixels, np.full((24, 32), 255, np.uint8)])
    gray = np.asarray(Image.fromarray(pixels).convert("L"))
    return {**snapshot_vector("colours", gray), "rgba": packed(rgba.tobytes())}


def canvases() -> Iterator[tuple[str, Canvas]]:
    """Sizes, inks and places in which the two languages could part."""
    two, seven = curve(random.Random(2), 60, (120, 90), 330), curve(random.Random(3), 40, (30, 200), 240)
    yield "blank", np.full((500, 500), 255, np.uint8)
    yield "one dot", draw([[(250.0, 250.0)]])
    yield "one dot in a corner", draw([[(0.0, 0.0)]])
    yield "half drawn", draw([two[:30]])
    yield "whole", draw([two, seven])
    yield "antialiased", smooth([two, seven])
    yield "light ink on dark", 255 - smooth([two])
    yield "gray ink on cream", (240 - (255 - smooth([seven]).astype(np.int64)) * 0.35).astype(np.uint8)
    yield "touches every edge", draw([[(0.0, 0.0), (499.0, 499.0)], [(499.0, 0.0), (0.0, 499.0)]])
    yield "mostly ink", draw([[(x, 20.0 + y) for y in (0, 440)] for x in range(12, 490, 12)])
    yield "28x28, light on dark", small(two)
    yield "wide", draw([scaled(two, 0.6)], 640, 360)
    yield "high", draw([scaled(two, 0.5)], 233, 477)
    yield "too faint", faint()
    yield "just strong enough", faint(ink=32)
    yield "a rim below the ink level", rim()
    yield "noise", noise(57, 43)
    yield "dark noise", noise(64, 20) // 3
    yield "one row", noise(40, 1)
    yield "one column", noise(1, 41)
    yield "one pixel", np.full((1, 1), 12, np.uint8)
    yield "border half dark", half_dark()
    yield "paper lighter than half its pixels", half_dark()[:, ::-1] // 2 + 60
    yield "black ink on middle gray", (110 + (smooth([two]).astype(np.int64) - 255) * 110 // 255).astype(np.uint8)
    yield "white ink on middle gray", (150 + (255 - smooth([seven]).astype(np.int64)) * 100 // 255).astype(np.uint8)
    yield "7x9, enlarged", noise(7, 9)
    yield "a dot on 28x28", draw([[(14.0, 14.0)]], 28, 28, 1)
    yield "37x61, antialiased", smooth([seven])[: 61 * 8 : 8, : 37 * 8 : 8].copy()
    yield "1000x700", draw([scaled(two, 1.7)], 1000, 700, 40)
    yield "the largest canvas", draw([scaled(two, 4), scaled(seven, 4)], 2048, 2048, 64)


def curve(chance: random.Random, points: int, corner: tuple[float, float], extent: float) -> Line:
    """A smooth line within a square."""
    a, b, c = (chance.uniform(0.5, 2.5) for _ in range(3))
    xs = [0.5 + 0.5 * math.sin(a * t / 9 + c) for t in range(points)]
    ys = [0.5 + 0.5 * math.cos(b * t / 11) for t in range(points)]
    return [(round(corner[0] + x * extent, 2), round(corner[1] + y * extent, 2)) for x, y in zip(xs, ys, strict=True)]


def scaled(line: Line, factor: float) -> Line:
    return [(x * factor, y * factor) for x, y in line]


def strokes_of(lines: list[Line]) -> tuple[Stroke, ...]:
    return tuple(Stroke(tuple(Point(x, y) for x, y in line)) for line in lines)


def draw(lines: list[Line], width: int = 500, height: int = 500, pen_width: float = PEN_WIDTH) -> Canvas:
    return draw_strokes(strokes_of(lines), width, height, pen_width)


def smooth(lines: list[Line]) -> Canvas:
    big = draw_strokes(strokes_of([scaled(line, 4) for line in lines]), 2000, 2000, 64)
    return np.asarray(big.reshape(500, 4, 500, 4).mean(axis=(1, 3)).round().astype(np.uint8))


def small(line: Line) -> Canvas:
    big = 255 - draw([line], 504, 504).astype(np.int64)
    return np.asarray(big.reshape(28, 18, 28, 18).mean(axis=(1, 3)).round().astype(np.uint8))


def faint(ink: int = 31) -> Canvas:
    canvas = np.full((60, 60), 255, np.uint8)
    canvas[20:40, 25:30] = 255 - ink
    return canvas


def rim() -> Canvas:
    canvas = np.full((90, 90), 250, np.uint8)
    canvas[20:70, 20:70] = 250 - 62
    canvas[30:60, 30:60] = 250 - 63
    canvas[40:50, 40:50] = 0
    return canvas


def noise(width: int, height: int) -> Canvas:
    chance = random.Random(width * 1000 + height)
    return np.array([[chance.randrange(256) for _ in range(width)] for _ in range(height)], np.uint8)


def half_dark() -> Canvas:
    canvas = np.full((50, 50), 255, np.uint8)
    canvas[:25] = 3
    return canvas


def path_vectors() -> list[dict[str, Any]]:
    vectors = []
    for name, width, height, lines in paths():
        payload = pack_path48(to_path48(strokes_of(lines), width, height))
        vectors.append({"name": name, "width": width, "height": height, "strokes": lines, "path48": encoded(payload)})
    return vectors


def paths() -> Iterator[tuple[str, int, int, list[Line]]]:
    """Strokes in which sums, shares or ties could part."""
    chance = random.Random(11)
    yield "one point", 500, 500, [[(250.0, 250.0)]]
    yield "three dots", 500, 500, [[(10.0, 10.0)], [(20.0, 20.0)], [(499.99, 0.01)]]
    yield "a line", 500, 500, [[(100.0, 100.0), (400.0, 100.0)]]
    yield (
        "repeated points",
        500,
        500,
        [[(5.0, 5.0), (5.0, 5.0), (9.0, 8.0), (9.0, 8.0), (9.0, 8.0), (90.0, 8.0), (90.0, 8.0)]],
    )
    yield "equal strokes", 500, 500, [[(x, 10.0), (x, 110.0)] for x in (10.0, 60.0, 110.0, 160.0, 210.0)]
    yield (
        "thirty strokes, the longest kept",
        500,
        500,
        [[(k * 10.0, 20.0), (k * 10.0, 20.0 + k % 7)] for k in range(30)],
    )
    yield "beyond the canvas", 300, 200, [[(-40.0, -12.5), (340.0, 250.25), (2500.0, 10.0)]]
    yield "a dot and a line", 64, 2048, [[(3.5, 1999.75)], [(1.25, 2.5), (60.0, 2000.0)]]
    for k in range(12):
        lines = [curve(chance, chance.randrange(2, 80), (20.0 * k, 15.0), 280) for _ in range(chance.randrange(1, 6))]
        yield f"curves {k}", 500, 500, lines


def frame_vectors() -> list[dict[str, Any]]:
    canvas = draw([[(100.0, 100.0), (400.0, 380.0)]])
    ink20, ink20_2 = pack_ink20(to_ink20(canvas)), pack_ink20(to_ink20_2(canvas))
    path48 = pack_path48(to_path48(strokes_of([[(1.0, 2.0), (30.0, 40.0)]]), 500, 500))
    frames = [
        ("ink20", 1, 1, 0, ink20),
        ("canvas20", 2, 70_000, 1234, to_canvas20(np.full((500, 500), 255, np.uint8)).tobytes()),
        ("path48", 2**32 - 1, 2**32 - 2, 2**31 + 5, path48),
        ("ink20/2", 3, 4, 5, ink20_2),
    ]
    return [frame_vector(*frame) for frame in frames]


def frame_vector(encoding: str, drawing: int, seq: int, t_ms: int, payload: bytes) -> dict[str, Any]:
    frame = HEADER.pack(1, FRAME_CODES[encoding], 0, drawing, seq, t_ms) + payload
    fields = {"encoding": encoding, "drawing": drawing, "seq": seq, "t_ms": t_ms}
    return {**fields, "payload": encoded(payload), "frame": encoded(frame)}


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def packed(raw: bytes) -> str:
    """zlib's form, base64."""
    return encoded(zlib.compress(raw, 9))


if __name__ == "__main__":
    main()
