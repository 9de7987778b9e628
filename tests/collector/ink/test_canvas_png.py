"""Decoding a PNG gives a gray canvas, whatever its mode and its paper."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from collector.ink.canvas_png import read_canvas
from tests.collector.ink.pngs import encode, gray_canvas


def test_a_gray_picture_comes_out_as_it_is() -> None:
    canvas = gray_canvas()

    assert (read_canvas(encode(Image.fromarray(canvas))) == canvas).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_an_opaque_gray_picture_is_the_same_in_every_mode(mode: str) -> None:
    canvas = gray_canvas()

    assert (read_canvas(encode(Image.fromarray(canvas).convert(mode))) == canvas).all()


@pytest.mark.parametrize("side", [1, 180, 181, 182, 500, 723, 724, 1300])  # about the size of a block, and of two MiB
def test_a_picture_is_the_same_however_large(side: int) -> None:
    across = np.arange(side) * 7
    canvas = ((across[:, None] + across[None] // 3) % 256).astype(np.uint8)
    png = encode(Image.fromarray(canvas).convert("RGBA"))

    assert (read_canvas(png) == canvas).all()


def test_a_bilevel_picture_is_black_and_white() -> None:
    image = Image.new("1", (3, 2), 1)
    image.putpixel((1, 0), 0)

    assert read_canvas(encode(image)).tolist() == [[255, 0, 255], [255, 255, 255]]


def test_sixteen_bit_gray_keeps_its_upper_eight() -> None:
    wide = np.array([[0, 0x1234, 0xFFFF]], np.uint16)

    assert read_canvas(encode(Image.fromarray(wide))).tolist() == [[0, 0x12, 0xFF]]


def test_colours_are_weighed_as_the_eye_does() -> None:
    image = Image.new("RGB", (1, 1), (255, 0, 0))

    assert read_canvas(encode(image)).tolist() == [[76]]


def ink_on_nothing(gray: int) -> Image.Image:
    image = Image.new("LA", (10, 10), (0, 0))
    image.putpixel((4, 4), (gray, 255))
    return image


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_dark_ink_on_nothing_lies_on_white(mode: str) -> None:
    canvas = read_canvas(encode(ink_on_nothing(20).convert(mode)))

    assert (canvas[4, 4], canvas[0, 0]) == (20, 255)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_light_ink_on_nothing_lies_on_black(mode: str) -> None:
    canvas = read_canvas(encode(ink_on_nothing(240).convert(mode)))

    assert (canvas[4, 4], canvas[0, 0]) == (240, 0)


def test_half_transparent_ink_is_half_as_dark() -> None:
    image = Image.new("LA", (10, 10), (0, 0))
    image.putpixel((4, 4), (0, 128))

    assert read_canvas(encode(image))[4, 4] == 127


def test_white_paper_with_its_corners_cut_out_stays_white_paper() -> None:
    image = Image.new("LA", (10, 10), (255, 255))
    image.putpixel((0, 0), (0, 0))
    image.putpixel((5, 5), (0, 255))

    canvas = read_canvas(encode(image))

    assert (canvas[0, 0], canvas[5, 5]) == (255, 0)


def test_a_picture_of_nothing_is_white_paper() -> None:
    assert (read_canvas(encode(Image.new("RGBA", (5, 5), (0, 0, 0, 0)))) == 255).all()


def test_one_transparent_level_counts_as_transparency() -> None:
    gray = Image.new("L", (10, 10), 7)
    gray.putpixel((4, 4), 30)
    palette = gray.convert("P")

    for picture in (encode(gray, transparency=7), encode(palette, transparency=7)):
        canvas = read_canvas(picture)
        assert (canvas[4, 4], canvas[0, 0]) == (30, 255)
