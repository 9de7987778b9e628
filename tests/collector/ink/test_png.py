"""PNGs are accepted or refused before a pixel is decoded."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from collector.ink.canvas_png import MAX_PNG_BYTES, BadPng, read_canvas
from collector.ink.png import PASSES, SIGNATURE, STEP_BYTES, read_size
from tests.collector.ink.pngs import END, chunk, encode, gray_canvas, head, png_of


def test_the_size_is_refused_before_a_pixel_is_decoded() -> None:
    # These pixels are no picture: who decodes them says so in place of the size.
    with pytest.raises(BadPng, match="9000x9000 px"):
        read_canvas(png_of(9000, 9000, b"none"))


def test_the_largest_canvas_is_taken() -> None:
    assert read_canvas(encode(Image.new("L", (2048, 2048), 255))).shape == (2048, 2048)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(BadPng, match="at most 1048576"):
        read_canvas(bytes(MAX_PNG_BYTES + 1))


def test_text_that_expands_to_megabytes_is_never_decompressed() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "a" * 60_000_000, zip=True)
    png = encode(Image.fromarray(gray_canvas()), pnginfo=info)

    assert (read_canvas(png) == gray_canvas()).all()


ROWS = bytes(4 * (1 + 4))  # what a picture of 4x4 unfolds to


def test_pixels_that_are_all_there_and_no_more_are_taken() -> None:
    assert read_canvas(png_of(4, 4, ROWS)).shape == (4, 4)


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("level", [0, 9])
def test_pixels_that_fill_the_last_step_of_decompression_are_taken(steps: int, level: int) -> None:
    width, height = 256, 255 * steps
    pixels = zlib.compress(bytes((width + 1) * height), level)
    assert (width + 1) * height == steps * STEP_BYTES

    whole = chunk(b"IDAT", pixels)
    halves = chunk(b"IDAT", pixels[:-2]) + chunk(b"IDAT", pixels[-2:])
    for data in (whole, halves):
        assert read_canvas(SIGNATURE + head(width, height) + data + END).shape == (height, width)
    with pytest.raises(BadPng, match="behind the end of the pixel data"):
        read_canvas(SIGNATURE + head(width, height) + whole + chunk(b"IDAT", b"more") + END)


@pytest.mark.parametrize("came", [0, 1, 5, len(ROWS) - 1])
def test_pixels_that_end_early_are_refused_and_not_taken_for_black(came: int) -> None:
    with pytest.raises(BadPng, match=f"ends after {came} of 20"):
        read_canvas(png_of(4, 4, ROWS[:came]))


@pytest.mark.parametrize("more", [1, 60_000_000])
def test_pixels_beyond_the_picture_are_refused(more: int) -> None:
    with pytest.raises(BadPng, match="over 20 bytes"):
        read_canvas(png_of(4, 4, ROWS + bytes(more)))


def test_bytes_behind_the_packed_pixels_are_refused() -> None:
    packed = zlib.compress(ROWS)

    for data in (chunk(b"IDAT", packed + b"more"), chunk(b"IDAT", packed) + chunk(b"IDAT", b"more")):
        with pytest.raises(BadPng, match="behind the end of the pixel data"):
            read_canvas(SIGNATURE + head(4, 4) + data + END)


@pytest.mark.parametrize("tail", [b"\n", b"PK!", bytes(60_000), SIGNATURE, END, head(9000, 9000)])
def test_bytes_behind_the_end_of_the_picture_are_ignored(tail: bytes) -> None:
    assert np.array_equal(read_canvas(png_of(4, 4, ROWS) + tail), read_canvas(png_of(4, 4, ROWS)))


def test_bytes_behind_the_end_count_towards_the_largest_size() -> None:
    with pytest.raises(BadPng, match="expected at most"):
        read_canvas(png_of(4, 4, ROWS) + bytes(MAX_PNG_BYTES))


@pytest.mark.parametrize("png", [b"", SIGNATURE, SIGNATURE + END, b"GIF89a", SIGNATURE + head(4, 4)[:20]])
def test_the_size_of_what_has_no_header_is_refused(png: bytes) -> None:
    with pytest.raises(BadPng):
        read_size(png)


def test_the_size_is_read_from_the_header_alone() -> None:
    assert read_size(SIGNATURE + head(60_000, 7)) == (60_000, 7)


@pytest.mark.parametrize("side", [5, 9000, 20_000])
def test_a_second_head_does_not_change_the_size_that_was_checked(side: int) -> None:
    png = SIGNATURE + head(4, 4) + head(side, side, colours=6) + chunk(b"IDAT", zlib.compress(ROWS)) + END

    with pytest.raises(BadPng, match="a second chunk b'IHDR'"):
        read_canvas(png)


@pytest.mark.parametrize(("depth", "colours"), [(16, 3), (3, 0), (4, 6), (8, 5)])
def test_a_form_that_png_does_not_have_is_refused(depth: int, colours: int) -> None:
    png = SIGNATURE + head(4, 4, depth, colours) + chunk(b"IDAT", zlib.compress(ROWS)) + END

    with pytest.raises(BadPng, match="PNG does not allow"):
        read_canvas(png)


@pytest.mark.parametrize("kind", ["IHDR", "PLTE", "tRNS"])
def test_a_chunk_with_a_wrong_checksum_is_named(kind: str) -> None:
    chunks = {"IHDR": head(4, 4, colours=3), "PLTE": chunk(b"PLTE", bytes(6)), "tRNS": chunk(b"tRNS", b"\0")}
    chunks[kind] = chunks[kind][:-1] + bytes([chunks[kind][-1] ^ 1])
    png = SIGNATURE + b"".join(chunks.values()) + chunk(b"IDAT", zlib.compress(ROWS)) + END

    with pytest.raises(BadPng, match=f"a chunk b'{kind}' with a wrong checksum"):
        read_canvas(png)


def test_a_palette_that_is_not_there_is_refused() -> None:
    png = SIGNATURE + head(4, 4, colours=3) + chunk(b"IDAT", zlib.compress(ROWS)) + END

    with pytest.raises(BadPng, match="palette"):
        read_canvas(png)


def test_the_largest_canvas_of_the_deepest_colours_is_refused_by_its_head() -> None:
    # These pixels are not a picture: decompressing them would raise another error.
    with pytest.raises(BadPng, match="at most"):
        read_canvas(SIGNATURE + head(2048, 2048, depth=16, colours=6) + chunk(b"IDAT", b"none") + END)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (4, 3), (5, 5), (8, 8), (9, 17), (2, 1)])
def test_an_interlaced_picture_is_whole_by_the_rows_of_its_seven_passes(width: int, height: int) -> None:
    canvas = np.random.default_rng(1).integers(0, 256, (height, width), dtype=np.uint8)
    passes = [canvas[top::down, left::across] for left, top, across, down in PASSES]
    rows = b"".join(b"\0" + row.tobytes() for part in passes if part.size for row in part)

    whole = SIGNATURE + head(width, height, interlace=1) + chunk(b"IDAT", zlib.compress(rows)) + END
    torn = SIGNATURE + head(width, height, interlace=1) + chunk(b"IDAT", zlib.compress(rows[:-1])) + END

    assert (read_canvas(whole) == canvas).all()
    with pytest.raises(BadPng, match="ends after"):
        read_canvas(torn)


@pytest.mark.parametrize("other", ["GIF", "JPEG", "BMP"])
def test_another_format_is_refused(other: str) -> None:
    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, format=other)

    with pytest.raises(BadPng, match="signature"):
        read_canvas(out.getvalue())


@pytest.mark.parametrize("kept", [8, 20, 33, 60, 0.5, 0.9, -1, -12])
def test_a_picture_that_was_cut_off_is_refused(kept: float) -> None:
    png = encode(Image.fromarray(gray_canvas()))
    end = int(len(png) * kept) if 0 < kept < 1 else int(kept)

    with pytest.raises(BadPng):
        read_canvas(png[:end])


def test_a_wrong_checksum_is_refused() -> None:
    png = bytearray(encode(Image.fromarray(gray_canvas())))
    png[60] ^= 1

    with pytest.raises(BadPng):
        read_canvas(bytes(png))


def test_a_picture_in_thousands_of_pieces_is_refused() -> None:
    png = png_of(4, 4, bytes(20))
    crumbs = chunk(b"tEXt", b"") * 5000

    with pytest.raises(BadPng, match="chunks"):
        read_canvas(png[:33] + crumbs + png[33:])


SMALL = [
    encode(Image.fromarray(gray_canvas()).convert(mode).resize((6, 5))) for mode in ("L", "RGBA", "LA", "P", "1", "RGB")
]


def mend_checksums(png: bytes) -> bytes:
    """The same chunks with right checksums, so that a changed byte gets past them."""
    out, at = png[:8], 8
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        out += chunk(png[at + 4 : at + 8], png[at + 8 : at + 8 + length])
        at += 12 + length
    return out


@settings(max_examples=3 * settings().max_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SMALL), st.integers(8, 400), st.integers(0, 255), st.booleans())
def test_a_damaged_picture_is_a_canvas_or_a_bad_png(png: bytes, at: int, value: int, mended: bool) -> None:
    damaged = bytearray(png)
    damaged[at % len(png)] = value

    try:
        canvas = read_canvas(mend_checksums(bytes(damaged)) if mended else bytes(damaged))
    except BadPng:
        return

    assert canvas.dtype == np.uint8
    assert canvas.ndim == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_any_bytes_after_a_signature_are_a_bad_png(data: bytes) -> None:
    with pytest.raises(BadPng):
        read_canvas(b"\x89PNG\r\n\x1a\n" + data)
