"""Decodes an untrusted PNG to a grayscale canvas or to its ink, after `png.py` has checked it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.paper import picture_ink
from collector.ink.png import MAX_PNG_BYTES, BadPng, picture_alone

__all__ = ["MAX_PNG_BYTES", "BadPng", "read_canvas", "read_ink"]


def read_canvas(png: bytes) -> NDArray[np.uint8]:
    """The picture as a grayscale canvas (height, width), uint8.

    Raises:
        BadPng: not a complete PNG, over 1 MiB, over 2048x2048 px, or with surplus pixel data.
    """
    return _read(png, _to_gray)


def read_ink(png: bytes) -> NDArray[np.uint8]:
    """The ink of a picture by a stranger, (height, width), 0 to 255: whatever its paper, colours and marks.

    The size is the picture's, unless `collector.ink.paper` shrinks or pads it.

    Raises:
        BadPng: as `read_canvas`.
    """
    return _read(png, lambda image: picture_ink(_to_plain(image)))


def _read(png: bytes, convert: Callable[[Image.Image], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    picture = picture_alone(png)
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
            image.load()
            return convert(image)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError) as error:
        raise BadPng(f"a PNG that can't be decoded: {error!s:.120}") from error


def _to_plain(image: Image.Image) -> Image.Image:
    """The image in mode L, LA, RGB or RGBA."""
    if image.mode.startswith("I"):
        return Image.fromarray(_sixteen_bit_to_gray(image))
    if "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_gray(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode == "L" and "transparency" not in image.info:
        return np.asarray(image)
    if image.mode.startswith("I"):
        return _sixteen_bit_to_gray(image)
    if "transparency" in image.info:
        image = image.convert("RGBA")
    if "A" not in image.getbands():
        return np.asarray(image.convert("L"))
    alpha = np.asarray(image.getchannel("A"))
    gray = np.asarray(image.convert("L"))
    return gray if alpha.min() == 255 else _composite(gray, alpha)


def _sixteen_bit_to_gray(image: Image.Image) -> NDArray[np.uint8]:
    wide = np.asarray(image)
    gray = (wide >> 8).astype(np.uint8)
    clear = image.info.get("transparency")  # one gray level that is fully transparent
    if not isinstance(clear, int):
        return gray
    return _composite(gray, np.where(wide == clear, 0, 255).astype(np.uint8))


def _composite(gray: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Composites over paper: white below dark ink, black below light ink.

    A mostly opaque picture already shows its paper (only its corners may be transparent), and transparent parts take
    that colour.
    """
    weight = int(alpha.sum(dtype=np.int64))
    light = weight > 0 and int((gray.astype(np.uint16) * alpha).sum(dtype=np.int64)) > 127 * weight
    mostly_opaque = weight > 127 * alpha.size
    paper = 255 if light == mostly_opaque else 0
    mixed = gray.astype(np.uint16) * alpha + np.uint16(paper) * (np.uint16(255) - alpha)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)
