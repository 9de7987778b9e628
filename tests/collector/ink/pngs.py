"""PNGs made by hand and by Pillow, for the tests of what is read and what is refused."""

from __future__ import annotations

import io
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.png import IHDR, SIGNATURE
from collector.ink.png import pack_chunk as chunk


def encode(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format="PNG", **options)
    return out.getvalue()


END = chunk(b"IEND", b"")


def head(width: int, height: int, depth: int = 8, colours: int = 0, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", IHDR.pack(width, height, depth, colours, 0, 0, interlace))


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """An 8-bit gray PNG by hand, whatever its pixels are."""
    return SIGNATURE + head(width, height) + chunk(b"IDAT", zlib.compress(pixels)) + END


def gray_canvas() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (30, 40), dtype=np.uint8)
