"""The ink of a picture is found on any paper, and none where nothing is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from collector.ink.canvas_png import read_canvas, read_ink
from collector.ink.ink20_2 import contrast_of
from tests.collector.ink.pngs import encode

Colour = tuple[int, int, int]


def five(paper: Colour = (255, 255, 255), ink: Colour = (0, 0, 0), side: int = 300) -> Image.Image:
    image = Image.new("RGB", (side, side), paper)
    pen = ImageDraw.Draw(image)
    for stroke in ([(110, 80), (105, 150), (180, 160), (170, 225), (100, 230)], [(110, 80), (190, 76)]):
        pen.line([(x * side / 300, y * side / 300) for x, y in stroke], ink, max(1, side // 30), joint="curve")
    return image


PLAIN = read_ink(encode(five()))


def test_a_clean_canvas_is_read_as_the_contract_reads_it() -> None:
    png = encode(five().convert("L"))

    assert (read_ink(png) == contrast_of(read_canvas(png))).all()
    assert (read_ink(png) == PLAIN).all()


@pytest.mark.parametrize(
    ("paper", "ink"),
    [((0, 0, 0), (255, 255, 255)), ((120, 120, 120), (255, 255, 255)), ((120, 120, 120), (0, 0, 0)),
     ((255, 255, 255), (250, 225, 60)), ((110, 110, 110), (180, 70, 100)), ((20, 60, 160), (255, 255, 255))],
)  # fmt: skip
def test_colours_make_no_difference(paper: Colour, ink: Colour) -> None:
    assert (read_ink(encode(five(paper, ink))) == PLAIN).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA"])
def test_modes_make_no_difference(mode: str) -> None:
    assert (read_ink(encode(five().convert(mode))) == PLAIN).all()


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (200, 30, 30)])
@pytest.mark.parametrize("trimmed", [False, True])
def test_transparent_paper_makes_no_difference(ink: Colour, trimmed: bool) -> None:
    image = Image.new("RGBA", (300, 300), (*ink, 0))
    image.putalpha(Image.fromarray(PLAIN))

    read = read_ink(encode(image.crop(Image.fromarray(PLAIN).getbbox()) if trimmed else image))

    assert np.count_nonzero(read) == np.count_nonzero(PLAIN)
    assert read.shape[0] == read.shape[1]


def test_a_trimmed_picture_gets_a_margin() -> None:
    left, top, right, bottom = Image.fromarray(PLAIN).getbbox() or (0, 0, 0, 0)

    read = read_ink(encode(five().crop((left, top, right, bottom))))

    assert read.shape == (round((bottom - top) / 0.6), round((bottom - top) / 0.6))
    assert np.count_nonzero(read) == np.count_nonzero(PLAIN)


@pytest.mark.parametrize("depth", [0.0, 0.3, 0.5])
@pytest.mark.parametrize("side", [120, 300, 900])
def test_a_gradient_with_grain_leaves_the_ink(depth: float, side: int) -> None:
    light = 1 - depth * np.linspace(0, 1, side)[None, :, None]
    grain = np.random.default_rng(1).normal(0, 4, (side, side, 1))
    lit = np.asarray(five(side=side), float) * 0.85 * light + 20 + grain

    ink = read_ink(encode(Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))))

    plain = read_ink(encode(five(side=side)))
    assert np.count_nonzero((ink >= 128) != (plain >= 128)) < 0.03 * np.count_nonzero(plain)


@pytest.mark.parametrize("deviation", [2, 8])
def test_grain_alone_is_no_ink(deviation: int) -> None:
    grain = np.random.default_rng(3).normal(150, deviation, (300, 200))

    assert not read_ink(encode(Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)))).any()


def test_a_gradient_alone_is_no_ink() -> None:
    gradient = np.tile(np.linspace(90, 230, 300).astype(np.uint8), (300, 1))

    assert not read_ink(encode(Image.fromarray(gradient))).any()


def test_a_large_picture_is_shrunk() -> None:
    assert read_ink(encode(five(side=2000))).shape == (1000, 1000)


@pytest.mark.parametrize("size", [(1, 1), (1, 2048), (2048, 1), (2, 3), (7, 5), (33, 2000)])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_noise_of_any_size_is_read_without_an_error(size: tuple[int, int], mode: str) -> None:
    channels = len(mode)
    noise = np.random.default_rng(size).integers(0, 256, (size[1], size[0], channels)).astype(np.uint8)
    image = Image.fromarray(noise[..., 0] if channels == 1 else noise, mode)

    ink = read_ink(encode(image))

    assert ink.dtype == np.uint8
    assert ink.ndim == 2
    assert min(ink.shape) >= 1
