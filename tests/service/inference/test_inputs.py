from __future__ import annotations

import numpy as np
import pytest

from collector.ink.drawing import Point, Stroke
from collector.ink.encodings import Encoding, Inputs
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.raster import draw_strokes, encode_png, page_pen
from collector.ink.snapshot import pack_ink20, to_canvas20, to_ink20
from service.inference.inputs import FEEDS, make_inputs
from service.wire.messages import Frame, FrameEncoding, Snapshot, Strokes
from service.wire.protocol import ProtocolError
from tests.service.fakes import SEVEN

CANVAS = draw_strokes(SEVEN)
STROKES = Strokes(1, 1, 500, 500, 16, SEVEN)
PNG = Frame("png", encode_png(CANVAS))
FRAMES: dict[Encoding, Frame] = {
    "ink20": Frame("ink20/2", pack_ink20(to_ink20_2(CANVAS))),
    "canvas20": Frame("canvas20", to_canvas20(CANVAS).tobytes()),
    "path48": Frame("path48", pack_path48(to_path48(SEVEN, 500, 500))),
}


def inputs_of(snapshot: Snapshot, encoding: Encoding) -> Inputs:
    inputs = make_inputs(snapshot, [encoding])[encoding]
    assert inputs is not None
    return inputs


@pytest.mark.parametrize("encoding", ["ink20", "canvas20", "path48"])
def test_every_encoding_of_a_drawing_gives_the_same_inputs(encoding: Encoding) -> None:
    ways: list[Snapshot] = [snapshot for snapshot in (PNG, STROKES) if encoding in FEEDS[snapshot.slot]]
    framed = inputs_of(FRAMES[encoding], encoding)

    for way in ways:
        made = inputs_of(way, encoding)
        assert made.keys() == framed.keys()
        assert all(np.array_equal(made[name], framed[name]) for name in framed)


def test_a_frame_of_an_earlier_client_gives_nearly_the_same_inputs() -> None:
    earlier = inputs_of(Frame("ink20", pack_ink20(to_ink20(CANVAS))), "ink20")

    present = inputs_of(FRAMES["ink20"], "ink20")

    assert np.array_equal(earlier["place"], present["place"])
    assert np.abs(earlier["cells"] - present["cells"]).mean() < 0.05


@pytest.mark.parametrize("side", [28, 100, 1000, 2000])
@pytest.mark.parametrize("encoding", ["ink20", "canvas20", "path48"])
def test_strokes_on_a_canvas_of_any_size_give_the_same_inputs(encoding: Encoding, side: int) -> None:
    scale = side / 500
    scaled = tuple(Stroke(tuple(Point(p.x * scale, p.y * scale) for p in stroke.points)) for stroke in SEVEN)

    made = inputs_of(Strokes(1, 1, side, side, page_pen(side, side), scaled), encoding)

    expected = inputs_of(STROKES, encoding)
    assert all(np.abs(made[name] - expected[name]).max() < 0.1 for name in expected)


def test_a_path_on_a_canvas_of_another_size_gives_nearly_the_same_inputs() -> None:
    scaled = tuple(Stroke(tuple(Point(p.x / 5, p.y / 5) for p in stroke.points)) for stroke in SEVEN)

    small = inputs_of(Frame("path48", pack_path48(to_path48(scaled, 100, 100))), "path48")

    plain = inputs_of(FRAMES["path48"], "path48")
    assert all(np.abs(small[name] - plain[name]).max() <= 5 / 32 for name in plain)


def test_strokes_feed_every_encoding_at_once() -> None:
    assert set(make_inputs(STROKES, FEEDS["strokes"])) == {"ink20", "canvas20", "path48"}


def test_a_wider_pen_makes_more_ink() -> None:
    thin = inputs_of(Strokes(1, 1, 500, 500, 4, SEVEN), "canvas20")["cells"]
    thick = inputs_of(Strokes(1, 1, 500, 500, 40, SEVEN), "canvas20")["cells"]

    assert thick.sum() > 2 * thin.sum()


@pytest.mark.parametrize("gray", [0, 255, 128])
def test_an_empty_canvas_has_no_inputs(gray: int) -> None:
    blank = Frame("png", encode_png(np.full((50, 50), gray, np.uint8)))

    assert make_inputs(blank, FEEDS["png"]) == {"ink20": None, "canvas20": None}


def test_ink_only_outside_the_canvas_counts_as_none() -> None:
    far = tuple(Stroke(tuple(type(p)(p.x + 3000, p.y) for p in s.points)) for s in SEVEN)

    assert make_inputs(Strokes(1, 1, 500, 500, 16, far), ["ink20"]) == {"ink20": None}


@pytest.mark.parametrize(("encoding", "payload"), [("ink20", b"\xff" * 412), ("png", b"GIF89a")])
def test_a_frame_that_breaks_its_contract_is_a_bad_snapshot(encoding: FrameEncoding, payload: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        make_inputs(Frame(encoding, payload, drawing=3, seq=12), ["ink20"])

    assert (caught.value.code, caught.value.drawing, caught.value.seq) == ("bad_snapshot", 3, 12)
