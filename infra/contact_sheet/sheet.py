"""Lays pictures out on one sheet, and encodes it in few bytes. Knows nothing of the page."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

MAX_BYTES = 600 * 1024
WIDTH, TILE_HEIGHT, GAP, TITLE_HEIGHT = 2000, 300, 14, 18  # px of the sheet
HIGHEST = 2.4  # a picture of a whole page is cut off at this many times its width
GROUND, WORDS = "#8a8d91", "#101112"
COLOURS = (256, 128, 64, 32, 16)  # tried in turn until the sheet is small enough


def lay_out(pictures: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    tiles = [(title, _tile(picture)) for title, picture in pictures]
    rows: list[list[tuple[str, Image.Image]]] = [[]]
    for tile in tiles:
        if sum(shown.width + GAP for _, shown in [*rows[-1], tile]) + GAP > WIDTH:
            rows.append([])
        rows[-1].append(tile)
    row_height = TITLE_HEIGHT + TILE_HEIGHT + GAP
    sheet = Image.new("RGB", (WIDTH, GAP + len(rows) * row_height), GROUND)
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        x, y = GAP, GAP + number * row_height
        for title, shown in row:
            draw.text((x, y), title, fill=WORDS, font=ImageFont.load_default(13))
            sheet.paste(shown, (x, y + TITLE_HEIGHT))
            x += shown.width + GAP
    return sheet


def _tile(picture: Image.Image) -> Image.Image:
    cut = picture.crop((0, 0, picture.width, min(picture.height, round(HIGHEST * picture.width))))
    return cut.resize((round(cut.width * TILE_HEIGHT / cut.height), TILE_HEIGHT), Image.Resampling.LANCZOS)


def encode(sheet: Image.Image) -> bytes:
    """A PNG of at most MAX_BYTES, if the fewest colours suffice for that."""
    encoded = b""
    for colours in COLOURS:
        file = io.BytesIO()
        sheet.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        encoded = file.getvalue()
        if len(encoded) <= MAX_BYTES:
            break
    return encoded
