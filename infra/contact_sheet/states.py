"""Takes pictures of every view and state of the page, and lays them on one sheet to be looked at.

python -m infra.contact_sheet docs/page-views.png
python -m infra.contact_sheet var/views.png --each var/views    also each picture by itself, in full size
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from infra.harness.clients.chromium import ARGUMENTS, chromium_path
from infra.harness.clients.mouse import draw_stroke
from infra.harness.data.drawings import strokes_of
from infra.harness.service_process import RunningService, running_service, stop_service
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.stages import cut_lines

DESKTOP, PHONE, LANDSCAPE, ZOOMED = (1280, 800), (390, 844), (844, 390), (320, 256)  # CSS px
DIGIT, HAND = 2, 1  # which of the reference drawings is drawn
SETTLE_MS = 700  # bars and colours have come to rest
MAX_BYTES = 600 * 1024
WIDTH, TILE_HEIGHT, GAP, TITLE_HEIGHT = 2000, 300, 14, 18  # px of the sheet
HIGHEST = 2.4  # a picture of a whole page is cut off at this many times its width
GROUND, WORDS = "#8a8d91", "#101112"
COLOURS = (256, 128, 64, 32, 16)  # tried in turn until the sheet is small enough

Scheme = Literal["light", "dark"]
State = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: how the page is opened, and what is done before."""

    title: str
    state: State
    size: tuple[int, int] = DESKTOP
    scheme: Scheme = "light"
    language: str = "en-US"
    forced_colours: bool = False
    whole: bool = False  # the whole page, not what the screen shows of it


def main(arguments: Sequence[str] | None = None) -> None:
    """Starts a service, takes the pictures on its page, and writes the sheet."""
    parser = argparse.ArgumentParser(prog="python -m infra.contact_sheet", description=__doc__)
    parser.add_argument("target", type=Path, help="the sheet, a PNG")
    parser.add_argument("--each", type=Path, help="a folder for the pictures in full size")
    options = parser.parse_args(arguments)
    pictures = _pictures()
    if options.each:
        options.each.mkdir(parents=True, exist_ok=True)
        for number, (title, picture) in enumerate(pictures):
            picture.save(options.each / f"{number:02} {re.sub(r'[^a-z0-9]+', '-', title.lower())}.png")
    options.target.write_bytes(_encoded(_sheet(pictures)))


def _pictures() -> list[tuple[str, Image.Image]]:
    with (
        tempfile.TemporaryDirectory() as scratch,
        running_service(Path(scratch)) as service,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        online = [(shot.title, _taken(chromium, service, shot)) for shot in SHOTS]
        offline = [(shot.title, _taken(chromium, service, shot)) for shot in _offline(service)]
        chromium.close()
    return online + offline


def _taken(chromium: Browser, service: RunningService, shot: Shot) -> Image.Image:
    width, height = shot.size
    context = chromium.new_context(
        viewport=ViewportSize(width=width, height=height),
        color_scheme=shot.scheme,
        locale=shot.language,
        forced_colors="active" if shot.forced_colours else "none",
        reduced_motion="reduce",  # nothing moves while its picture is taken
    )
    page = context.new_page()
    page.goto(service.url)
    expect(page.locator("#bars li")).to_have_count(10)
    page.wait_for_function("() => document.body.hasAttribute('data-mode')")
    shot.state(page)
    page.wait_for_timeout(SETTLE_MS)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=shot.whole))).convert("RGB")
    context.close()
    return picture


# States of the page


def _drawing() -> LabelledDrawing:
    return [drawing for drawing in reference_drawings("validation") if drawing.label == DIGIT][HAND]


def _show(page: Page, view: str) -> None:
    page.evaluate("(view) => (location.hash = view)", view)
    expect(page.locator("body")).to_have_attribute("data-mode", view)
    page.wait_for_timeout(SETTLE_MS)


def _draw(page: Page, ink: float = 1.0) -> None:
    for stroke in strokes_of(cut_lines(_drawing().lines, ink)):
        draw_stroke(page, stroke)
    expect(page.locator("#guess")).to_have_attribute("data-digit", re.compile(r"\d"), timeout=20_000)


def empty(page: Page) -> None:
    """As a visitor first sees it."""
    page.wait_for_timeout(SETTLE_MS)


def drawn(page: Page) -> None:
    """A finished digit."""
    _draw(page)


def half_drawn(page: Page) -> None:
    """A digit at 60 % of its ink."""
    _draw(page, 0.6)


def compared(page: Page) -> None:
    """Two models side by side."""
    page.locator("#compare").select_option("softmax")
    _draw(page)


def looking_back(page: Page) -> None:
    """A moment of the drawing's past."""
    _draw(page)
    page.locator("#guess-timeline").focus()
    for _ in range(4):
        page.keyboard.press("PageDown")


def by_keyboard(page: Page) -> None:
    """The keyboard's pen, down."""
    page.locator("#sheet").focus()
    for key in (*["ArrowUp"] * 8, "Space", *["ArrowDown"] * 16):
        page.keyboard.press(key)


def consent(page: Page) -> None:
    """The terms, before they are agreed to."""
    _show(page, "contribute")
    expect(page.locator("#agree")).to_be_enabled()


def asked(page: Page) -> None:
    """A digit is asked for."""
    consent(page)
    page.locator("#agree").click()


def given(page: Page) -> None:
    """A drawing was given and acknowledged."""
    asked(page)
    _draw(page)
    page.locator("#done").click()
    answer = page.locator("#label-question button.main, #recent li:not([data-status=waiting])")
    expect(answer.first).to_be_visible(timeout=20_000)
    for keep in page.locator("#label-question button.main").all():
        keep.click()
    expect(page.locator("#recent li:not([data-status=waiting])")).to_have_count(1, timeout=20_000)


def questioned(page: Page) -> None:
    """The service disagrees with the label: the drawing is a 2 whatever was asked for."""
    asked(page)
    if page.locator("#asked-digit").inner_text() == str(DIGIT):
        page.locator("#skip").click()
    _draw(page)
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#done").click()
    expect(page.locator("#label-question .confirmation")).to_be_visible(timeout=20_000)


def mine(page: Page) -> None:
    """One stored drawing, with its details."""
    given(page)
    _show(page, "my-drawings")
    page.locator("#my-drawings-list button").first.click()
    expect(page.locator("#my-drawings-list dl")).to_be_visible(timeout=20_000)


def models(page: Page) -> None:
    """The models, before anything is disclosed."""
    _show(page, "models")
    page.wait_for_timeout(2 * SETTLE_MS)


def about(page: Page) -> None:
    """What this is."""
    _show(page, "about")
    expect(page.locator("#about-title")).to_be_visible()


def game(page: Page) -> None:
    """The game's rules."""
    page.wait_for_function("() => performance.getEntriesByName('midstroke.weights').length > 0")
    _show(page, "game")
    expect(page.locator("#game-task")).to_be_visible()


def playing(page: Page) -> None:
    """A digit of the game, half drawn."""
    game(page)
    page.get_by_role("button", name="Start").click()
    _draw_in_game(page, 0.4)


def played(page: Page) -> None:
    """The result of a game: two digits were drawn, the others passed over."""
    game(page)
    page.get_by_role("button", name="Start").click()
    task = page.locator("#game-task")
    for number in range(10):
        asked = task.inner_text()
        if number < 2:
            _draw_in_game(page, 1.0, int(asked[-1]))
        if task.inner_text() == asked:
            page.get_by_role("button", name="Pass").click()
    expect(page.locator("#game-result li")).to_have_count(10)


def replayed(page: Page) -> None:
    """A drawing that an address replays."""
    played(page)
    page.evaluate("address => location.replace(address)", page.locator("#game-link").input_value())
    expect(page.locator("#game-read")).not_to_be_empty()


def _draw_in_game(page: Page, ink: float, label: int = DIGIT) -> None:
    lines = next(drawing for drawing in reference_drawings("validation") if drawing.label == label).lines
    asked = page.locator("#game-task").inner_text()
    for stroke in strokes_of(cut_lines(lines, ink)):
        if page.locator("#game-task").inner_text() == asked:  # it may be read before its last stroke
            draw_stroke(page, stroke, sheet="#game-sheet")
    page.wait_for_timeout(SETTLE_MS)


def _offline(service: RunningService) -> list[Shot]:
    """The service ends after the page was opened, so these come last."""

    def lost(page: Page) -> None:
        page.wait_for_timeout(4000)  # the model for the browser is loaded when nothing else is to do
        if service.process.poll() is None:
            stop_service(service)
        page.wait_for_timeout(1500)
        _draw(page)

    return [Shot("offline", lost)]


SHOTS = (
    Shot("first visit", empty),
    Shot("half drawn", half_drawn),
    Shot("drawn", drawn),
    Shot("looking back", looking_back),
    Shot("two models", compared),
    Shot("drawn by keyboard", by_keyboard),
    Shot("consent", consent),
    Shot("asked for a digit", asked),
    Shot("is it that digit?", questioned),
    Shot("given", given),
    Shot("my drawings", mine),
    Shot("models", models, whole=True),
    Shot("about", about, whole=True),
    Shot("game", game),
    Shot("game: drawing", playing),
    Shot("game: result", played, whole=True),
    Shot("game: replay of an address", replayed),
    Shot("dark: drawn", drawn, scheme="dark"),
    Shot("dark: given", given, scheme="dark"),
    Shot("dark: models", models, scheme="dark", whole=True),
    Shot("dark: game, result", played, scheme="dark", whole=True),
    Shot("dark: about", about, scheme="dark", whole=True),
    Shot("forced colours", drawn, forced_colours=True),
    Shot("phone: first visit", empty, PHONE),
    Shot("phone: drawn", drawn, PHONE),
    Shot("phone, dark: drawn", drawn, PHONE, "dark"),
    Shot("phone: consent", consent, PHONE),
    Shot("phone: given", given, PHONE),
    Shot("phone: my drawings", mine, PHONE),
    Shot("phone: models", models, PHONE, whole=True),
    Shot("phone: about", about, PHONE, whole=True),
    Shot("phone: game", playing, PHONE),
    Shot("phone: game, result", played, PHONE, whole=True),
    Shot("phone, French", drawn, PHONE, language="fr-FR"),
    Shot("phone, German: consent", consent, PHONE, language="de-DE"),
    Shot("phone, Spanish: given", given, PHONE, language="es-ES"),
    Shot("landscape: drawn", drawn, LANDSCAPE),
    Shot("landscape, dark: given", given, LANDSCAPE, "dark"),
    Shot("landscape: consent", consent, LANDSCAPE),
    Shot("landscape: game", playing, LANDSCAPE),
    Shot("400 % zoom: drawn", drawn, ZOOMED),
    Shot("German", drawn, language="de-DE"),
    Shot("French: models", models, language="fr-FR", whole=True),
)


# The sheet


def _sheet(pictures: Sequence[tuple[str, Image.Image]]) -> Image.Image:
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


def _encoded(sheet: Image.Image) -> bytes:
    """A PNG of at most MAX_BYTES, if the fewest colours suffice for that."""
    encoded = b""
    for colours in COLOURS:
        file = io.BytesIO()
        sheet.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        encoded = file.getvalue()
        if len(encoded) <= MAX_BYTES:
            break
    return encoded


if __name__ == "__main__":
    main()
