"""Renders a drawing as the kinds of pictures that people send, PNG."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Gray = NDArray[np.uint8]
Colour = tuple[int, int, int]
Rng = np.random.Generator
Kind = Callable[[Gray, Rng], Image.Image]  # of a canvas with black ink on white paper, without gray levels

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def encode(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def plain(canvas: Gray, _rng: Rng) -> Image.Image:
    return Image.fromarray(canvas)


def _inverted(kind: Kind) -> Kind:
    return lambda canvas, rng: Image.fromarray(255 - np.asarray(kind(canvas, rng)))


def _sized(side: int) -> Kind:
    how = Image.Resampling.BOX if side < 500 else Image.Resampling.BILINEAR
    return lambda canvas, _rng: Image.fromarray(canvas).resize((side, side), how)


def _levels(paper: int, ink: int) -> Kind:
    return lambda canvas, _rng: Image.fromarray(_mixed(canvas, paper, ink))


def _mixed(canvas: Gray, paper: int, ink: int) -> Gray:
    return np.where(canvas < 128, ink, paper).astype(np.uint8)


def _colours(paper: Colour, ink: Colour) -> Kind:
    return lambda canvas, _rng: Image.fromarray(
        np.where(canvas[..., None] < 128, np.array(ink, np.uint8), np.array(paper, np.uint8))
    )


def _on_nothing(ink: Colour, *, trimmed: bool) -> Kind:
    def kind(canvas: Gray, _rng: Rng) -> Image.Image:
        image = Image.new("RGBA", canvas.shape[::-1], (*ink, 0))
        image.putalpha(Image.fromarray(255 - canvas))
        return image.crop(image.getchannel("A").getbbox()) if trimmed else image

    return kind


def _trimmed(canvas: Gray, _rng: Rng) -> Image.Image:
    image = Image.fromarray(canvas)
    return image.crop(Image.fromarray(255 - canvas).getbbox())


def _framed(width: int, inset: int, level: int) -> Kind:
    def kind(canvas: Gray, _rng: Rng) -> Image.Image:
        image = Image.fromarray(canvas)
        right, bottom = image.width - 1 - inset, image.height - 1 - inset
        ImageDraw.Draw(image).rectangle((inset, inset, right, bottom), outline=level, width=width)
        return image

    return kind


def _with_specks(count: int, radii: tuple[float, float]) -> Kind:
    def kind(canvas: Gray, rng: Rng) -> Image.Image:
        image = Image.fromarray(canvas)
        pen = ImageDraw.Draw(image)
        for x, y in _away_from_ink(canvas, rng, count):
            radius = rng.uniform(*radii)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
        return image

    return kind


def _away_from_ink(canvas: Gray, rng: Rng, count: int, gap: int = 50) -> list[tuple[float, float]]:
    """Places at least `gap` px outside of the ink's box; fewer where there is no room."""
    left, top, right, bottom = Image.fromarray(255 - canvas).getbbox() or (0, 0, 0, 0)
    height, width = canvas.shape
    places = [(float(rng.uniform(8, width - 8)), float(rng.uniform(8, height - 8))) for _ in range(40 * count)]
    return [
        (x, y) for x, y in places if not (left - gap < x < right + gap and top - gap < y < bottom + gap)
    ][:count]  # fmt: skip


def _ruled(spacing: int, width: int, level: Colour, *, squared: bool = False) -> Kind:
    def kind(canvas: Gray, rng: Rng) -> Image.Image:
        image = Image.new("RGB", canvas.shape[::-1], WHITE)
        pen = ImageDraw.Draw(image)
        first = int(rng.integers(spacing))
        for at in range(first, canvas.shape[0], spacing):
            pen.line((0, at, image.width, at), fill=level, width=width)
            if squared:
                pen.line((at, 0, at, image.height), fill=level, width=width)
        image.paste(BLACK, mask=Image.fromarray(255 - canvas))
        return image

    return kind


def _gradient(canvas: Gray, rng: Rng) -> Image.Image:
    height, width = canvas.shape
    turn = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width]
    along = (np.cos(turn) * (x / width - 0.5) + np.sin(turn) * (y / height - 0.5)) / 1.4 + 0.5
    return _lit(canvas, 1 - 0.4 * along)


def _shadow(canvas: Gray, rng: Rng) -> Image.Image:
    """The soft shadow of a hand or a head: an ellipse with a blurred edge."""
    height, width = canvas.shape
    image = Image.new("L", (width, height), 255)
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    across, down = rng.uniform(0.2, 0.6, 2) * (width, height)
    ImageDraw.Draw(image).ellipse((x - across, y - down, x + across, y + down), fill=150)
    return _lit(canvas, np.asarray(image.filter(ImageFilter.GaussianBlur(0.07 * width))) / 255)


def _grain(canvas: Gray, rng: Rng) -> Image.Image:
    noisy = _mixed(canvas, 235, 40) + rng.normal(0, 6, canvas.shape)
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def _lit(canvas: Gray, light: NDArray[np.float64]) -> Image.Image:
    lit = _mixed(canvas, 250, 30) * np.clip(light, 0, 1)
    return Image.fromarray(np.rint(lit).astype(np.uint8))


KINDS: Mapping[str, Kind] = {
    "plain": plain,
    "white on black": _inverted(plain),
    "28x28": _sized(28),
    "28x28, white on black": _inverted(_sized(28)),
    "56x56": _sized(56),
    "100x100": _sized(100),
    "1000x1000": _sized(1000),
    "2000x2000": _sized(2000),
    "gray paper, black ink": _levels(128, 0),
    "gray paper, white ink": _levels(120, 255),
    "dark paper, gray ink": _levels(40, 140),
    "pale ink": _levels(255, 190),
    "red on white": _colours(WHITE, (220, 30, 30)),
    "yellow on white": _colours(WHITE, (250, 225, 60)),
    "blue on green": _colours((120, 170, 120), (60, 60, 220)),
    "white on blue": _colours((40, 70, 160), WHITE),
    "transparent": _on_nothing(BLACK, trimmed=False),
    "transparent, trimmed": _on_nothing(BLACK, trimmed=True),
    "transparent, white ink, trimmed": _on_nothing(WHITE, trimmed=True),
    "trimmed": _trimmed,
    "frame": _framed(4, 0, 0),
    "frame, set in": _framed(3, 12, 60),
    "speck": _with_specks(1, (2, 7)),
    "stray pixels": _with_specks(8, (0, 1)),
    "ruled": _ruled(40, 2, (150, 180, 220)),
    "ruled, dark": _ruled(60, 2, (60, 60, 60)),
    "squared": _ruled(30, 1, (120, 150, 200), squared=True),
    "gradient": _gradient,
    "soft shadow": _shadow,
    "grain": _grain,
}
