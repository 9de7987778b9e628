"""Shortcuts work on any keyboard layout, and leave the browser's and the fields' keys alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import draw_stroke, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

STROKE = Stroke(tuple(Point(250, y) for y in range(100, 200, 20)))
INKED = "() => document.body.hasAttribute('data-inked')"
PRESS = """
([place, init]) => {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  (place ? document.querySelector(place) : document.body).dispatchEvent(event);
  return event.defaultPrevented;
}
"""


@pytest.fixture
def desk(page: Page, shared_service: RunningService) -> Page:
    open_page(page, shared_service.url)
    draw_stroke(page, STROKE)
    assert page.evaluate(INKED)
    return page


def press(page: Page, key: str, code: str, place: str = "", **more: object) -> bool:
    """True if the page took the key."""
    taken = page.evaluate(PRESS, [place, {"key": key, "code": code, **more}])
    assert isinstance(taken, bool)
    return taken


LAYOUTS = {
    "QWERTY": ("z", "KeyZ"),
    "QWERTZ": ("z", "KeyY"),
    "AZERTY": ("z", "KeyW"),
    "Dvorak": ("z", "Slash"),
    "caps lock": ("Z", "KeyZ"),
    "Russian": ("я", "KeyZ"),
    "Greek": ("ζ", "KeyZ"),
    "Hebrew": ("ז", "KeyZ"),
    "Arabic": ("ئ", "KeyZ"),
    "Korean": ("ㅋ", "KeyZ"),
    "Thai": ("ผ", "KeyZ"),
    "Devanagari": ("ॆ", "KeyZ"),
}


def test_ctrl_z_takes_back_a_stroke_on_every_layout(desk: Page) -> None:
    for layout, (key, code) in LAYOUTS.items():
        draw_stroke(desk, STROKE)
        before = desk.evaluate(INKED)

        assert press(desk, key, code, ctrlKey=True), layout
        assert press(desk, key, code, ctrlKey=True), layout  # the fixture's stroke, or none

        assert (before, desk.evaluate(INKED)) == (True, False), layout


OTHERS = {
    "Y on QWERTZ": {"key": "y", "code": "KeyZ", "ctrlKey": True},
    "W on AZERTY": {"key": "w", "code": "KeyZ", "ctrlKey": True},
    "a sign on Dvorak": {"key": ";", "code": "KeyZ", "ctrlKey": True},
    "a Latin letter with an accent": {"key": "ż", "code": "KeyZ", "ctrlKey": True},
    "redo": {"key": "Z", "code": "KeyZ", "ctrlKey": True, "shiftKey": True},
    "AltGr on Windows": {"key": "z", "code": "KeyZ", "ctrlKey": True, "altKey": True},
    "AltGr": {"key": "z", "code": "KeyZ", "ctrlKey": True, "modifierAltGraph": True},
    "a key of an input method": {"key": "z", "code": "KeyZ", "ctrlKey": True, "isComposing": True},
    "Escape while composing": {"key": "Escape", "code": "Escape", "isComposing": True},
    "Cmd and Backspace": {"key": "Backspace", "code": "Backspace", "metaKey": True},
    "Alt and Backspace": {"key": "Backspace", "code": "Backspace", "altKey": True},
    "Shift and Escape": {"key": "Escape", "code": "Escape", "shiftKey": True},
    "Ctrl and Escape": {"key": "Escape", "code": "Escape", "ctrlKey": True},
    "a repeat": {"key": "Backspace", "code": "Backspace", "repeat": True},
}


def test_other_combinations_stay_the_browsers(desk: Page) -> None:
    taken = [name for name, combination in OTHERS.items() if desk.evaluate(PRESS, ["", combination])]

    assert taken == []
    assert desk.evaluate(INKED)


def test_a_field_keeps_its_keys(desk: Page) -> None:
    desk.evaluate("() => document.querySelector('#stage').append(document.createElement('input'))")

    for field in ("#family", "#stage input"):
        assert not any(press(desk, key, "", field) for key in ("Backspace", "Escape", "Enter", "s"))
        assert not press(desk, "z", "KeyZ", field, ctrlKey=True)

    assert desk.evaluate(INKED)


def test_s_skips_on_every_layout(page: Page, shared_service: RunningService) -> None:
    open_page(page, shared_service.url)
    page.locator("#mode-contribute").click()
    page.locator("#agree").click()

    for key in ("s", "S", "ы", "σ", "ד", "س", "ㄴ", "ห"):
        asked = page.locator("#asked-digit").inner_text()

        assert press(page, key, "KeyS"), key

        assert page.locator("#asked-digit").inner_text() != asked
        assert not press(page, key, "KeyS", ctrlKey=True)
