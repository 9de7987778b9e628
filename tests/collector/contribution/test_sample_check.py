"""Samples that show their strokes pass, however a browser draws them; other pictures are rejected."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.contribution.contribution import BadContribution, Contribution, Sample
from collector.contribution.sample_check import check_samples
from collector.import_drawings import to_contribution
from collector.ink.canvas_png import read_canvas
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.raster import draw_strokes, encode_png
from tests.collector.contributions import make_contribution

CURVE = Stroke(tuple(Point(120 + 6 * i, 250 + 130 * np.sin(i / 6), 16 * i) for i in range(40)))
DOT = Stroke((Point(380, 60, 900),))
INKS = tuple((step + 1) / 8 for step in range(8))


@cache
def drawn(
    strokes: tuple[Stroke, ...], side: int = 500, pen: float = 16, scale: int = 2, mode: str = "L"
) -> Contribution:
    """A contribution whose pictures have antialiased rims, as browsers draw them."""
    samples = []
    for ink in INKS:
        stage = cut_at_ink(Drawing("", strokes), ink).strokes
        large = tuple(
            Stroke(tuple(Point(p.x * scale * side / 500, p.y * scale * side / 500) for p in s.points)) for s in stage
        )
        canvas = draw_strokes(large, scale * side, scale * side, pen * scale)
        image = Image.fromarray(canvas).resize((side, side), Image.Resampling.BOX).convert(mode)
        out = io.BytesIO()
        image.save(out, format="PNG")
        samples.append(Sample(ink, out.getvalue()))
    fitted = tuple(
        Stroke(tuple(Point(p.x * side / 500, p.y * side / 500, p.t_ms) for p in stroke.points)) for stroke in strokes
    )
    given = make_contribution()
    return replace(given, width=side, height=side, pen_width=pen, strokes=fitted, samples=tuple(samples))


def altered(contribution: Contribution, change: NDArray[np.int64]) -> Contribution:
    samples = [
        replace(s, png=encode_png(np.clip(read_canvas(s.png).astype(int) + change, 0, 255).astype(np.uint8)))
        for s in contribution.samples
    ]
    return replace(contribution, samples=tuple(samples))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_antialiased_pictures_pass(mode: str) -> None:
    check_samples(drawn((CURVE, DOT), mode=mode))


@pytest.mark.parametrize("pen", [1, 2, 3.3, 8, 24, 64])
def test_every_width_of_pen_passes(pen: float) -> None:
    check_samples(drawn((CURVE, DOT), pen=pen))


@pytest.mark.parametrize("side", [60, 250, 1000])
def test_every_size_of_canvas_passes(side: int) -> None:
    check_samples(drawn((CURVE,), side=side, pen=16 * side / 500, scale=2))


def test_light_ink_on_a_dark_canvas_passes() -> None:
    contribution = drawn((CURVE,))
    samples = [replace(s, png=encode_png(np.invert(read_canvas(s.png)))) for s in contribution.samples]

    check_samples(replace(contribution, samples=tuple(samples)))


def test_strokes_that_leave_the_canvas_and_dots_alone_pass() -> None:
    check_samples(drawn((Stroke((Point(-200, 250), Point(700, 250))),)))
    check_samples(drawn((DOT, Stroke((Point(100, 100, 5),)), Stroke((Point(200, 300, 9),)))))


def test_an_imported_drawing_passes() -> None:
    check_samples(to_contribution(Drawing("d", (CURVE, DOT), 7, "w", "s")))


@pytest.mark.parametrize("amplitude", [4, 10, 40, 255])
def test_noise_is_rejected(amplitude: int) -> None:
    noise = np.random.default_rng(1).integers(-amplitude, amplitude + 1, (500, 500))

    with pytest.raises(BadContribution, match="does not show its strokes"):
        check_samples(altered(drawn((CURVE,)), noise))


def test_text_beside_the_strokes_is_rejected() -> None:
    image = Image.new("L", (500, 500), 0)
    ImageDraw.Draw(image).text((20, 400), "somebody's address, street 5", fill=255, font_size=24)

    with pytest.raises(BadContribution, match="ink beside them"):
        check_samples(altered(drawn((CURVE,)), -np.asarray(image).astype(int)))


def test_an_empty_canvas_and_another_stage_are_rejected() -> None:
    contribution = drawn((CURVE,))
    blank = encode_png(np.full((500, 500), 255, np.uint8))

    for png in (blank, contribution.samples[-1].png, contribution.samples[2].png):
        changed = replace(contribution, samples=tuple(replace(s, png=png) for s in contribution.samples))
        with pytest.raises(BadContribution, match="sample"):
            check_samples(changed)


def test_a_png_that_can_not_be_decoded_is_rejected() -> None:
    contribution = drawn((CURVE,))
    first = contribution.samples[0]

    with pytest.raises(BadContribution, match="sample 0"):
        check_samples(replace(contribution, samples=(replace(first, png=first.png[:200]), *contribution.samples[1:])))
