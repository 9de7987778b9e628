"""The game and the replay of an address, both by the page's own model."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import open_page
from tests.running import RunningService

pytestmark = [pytest.mark.browser, pytest.mark.loads_ahead]


def draw_in_game(page: Page, drawing: Drawing) -> None:
    box = page.locator("#game-sheet").bounding_box()
    assert box is not None
    for stroke in drawing.strokes:
        places = [(box["x"] + p.x * box["width"] / 500, box["y"] + p.y * box["height"] / 500) for p in stroke.points]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


def play(page: Page, by_label: dict[int | None, Drawing], drawn: int) -> None:
    """Draws the first digits that are asked for, and passes the others and those that are not read."""
    page.get_by_role("button", name="Start").click()
    task = page.locator("#game-task")
    expect(task).to_have_text(re.compile(r"Draw \d"))
    skip = page.get_by_role("button", name="Pass")
    for number in range(10):
        asked = task.inner_text()
        if number < drawn:
            draw_in_game(page, by_label[int(asked[-1])])
            page.wait_for_timeout(100)
        if task.inner_text() == asked:
            skip.click()


def test_a_game_is_played_and_shared_without_a_network(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    open_page(page, f"{shared_service.url}/#game")
    page.wait_for_function("() => performance.getEntriesByName('midstroke.weights').length > 0")
    page.get_by_role("button", name="Start").wait_for()
    page.context.set_offline(True)

    play(page, by_label, 4)

    expect(page.locator("#game-result li")).to_have_count(10)
    points = int(re.findall(r"\d+", page.locator("#game-task").inner_text())[0])
    assert points > 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as animation").click()
    animation = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert getattr(animation, "n_frames", 1) > 8
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as picture").click()
    assert Image.open(io.BytesIO(download.value.path().read_bytes())).size[0] == 600
    address = page.locator("#game-link").input_value()
    assert len(address) < 3000
    page.evaluate("address => location.replace(address)", address)
    expect(page.locator("#game-task")).to_have_text(re.compile(r"Somebody drew \d"))
    expect(page.locator("#game-read")).to_have_text(re.compile(r"reads as \d"))


@pytest.mark.parametrize("code", ["1.AAA", "1.<script>alert(1)</script>", "", "2.AAEB"])
def test_an_address_without_a_drawing_says_so(page: Page, shared_service: RunningService, code: str) -> None:
    open_page(page, f"{shared_service.url}/#replay={code}")

    expect(page.locator("#game-task")).to_have_text("This address holds no drawing.")


def test_the_game_fits_a_phone(page: Page, shared_service: RunningService) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    open_page(page, f"{shared_service.url}/#game")
    page.get_by_role("button", name="Start").click()

    sheet = page.locator("#game-sheet").bounding_box()

    assert sheet is not None
    assert sheet["y"] + sheet["height"] <= 640
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_start_is_in_the_first_view(page: Page, shared_service: RunningService) -> None:
    open_page(page, f"{shared_service.url}/#game")
    start = page.get_by_role("button", name="Start")
    start.wait_for()

    for width, height in [(1280, 800), (1024, 640), (360, 640), (740, 360)]:
        page.set_viewport_size({"width": width, "height": height})
        expect(start).to_be_in_viewport(ratio=1)
