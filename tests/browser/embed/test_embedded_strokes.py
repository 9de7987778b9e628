"""Strokes on and beside <midstroke-canvas>: by mouse and finger, while its page scrolls, drags and selects."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.embed.embedding import Elsewhere, open_there, wait_until
from tests.running import RunningService

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "change",
    ["document.querySelector('#form').after(one)", "one.remove()", "one.setAttribute('disabled', '')"],
    ids=["moved", "removed", "disabled"],
)
def test_a_canvas_that_changes_under_the_pen_ends_the_stroke_and_lets_the_page_scroll(
    embedded: RunningService, elsewhere: Elsewhere, page: Page, change: str
) -> None:
    open_there(page, elsewhere)
    page.evaluate("document.body.style.height = '3000px'")
    press_and_draw(page, "#one", (50, 50), (100, 100))

    page.evaluate(f"one => {{ window.one = one; {change} }}", page.query_selector("#one"))
    page.mouse.move(120, 120, steps=3)
    page.mouse.up()
    page.mouse.move(900, 400)
    page.mouse.wheel(0, 200)

    assert [len(stroke) for stroke in page.evaluate("window.one.strokes")] == [6]
    wait_until(page, "window.scrollY > 0")


def test_a_stroke_goes_on_while_the_service_changes(embedded: RunningService, elsewhere: Elsewhere, page: Page) -> None:
    open_there(page, elsewhere)
    press_and_draw(page, "#one", (90, 72), (210, 72))

    page.evaluate("src => document.querySelector('#one').setAttribute('src', src)", embedded.url)
    move_on(page, "#one", (132, 240))
    page.mouse.up()

    assert [len(stroke) for stroke in page.evaluate("document.querySelector('#one').strokes")] == [11]
    wait_until(page, "document.querySelector('#one').value === '7'")


def test_a_stroke_over_the_edge_leaves_no_ink_in_the_next_canvas(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    press_and_draw(page, "#one", (150, 250), (150, 400))

    move_on(page, "#one", (150, 150))
    page.mouse.up()

    assert page.evaluate("document.querySelector('#two').strokes") == []
    assert [len(stroke) for stroke in page.evaluate("document.querySelector('#one').strokes")] == [11]


def test_what_the_page_lets_be_dragged_can_be_dragged(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate(
        """() => {
          const card = document.createElement('p');
          Object.assign(card, { id: 'card', draggable: true, textContent: 'a card' });
          document.body.prepend(card);
          window.drags = [];
          addEventListener('dragstart', (event) => window.drags.push(event.defaultPrevented));
        }"""
    )
    card = page.locator("#card").bounding_box()
    assert card is not None

    page.mouse.move(card["x"] + 10, card["y"] + 5)
    page.mouse.down()
    move_on(page, "#one", (100, 100))
    page.mouse.up()

    assert page.evaluate("window.drags") == [False]
    assert page.evaluate("document.querySelector('#one').strokes") == []


def test_text_that_is_selected_across_the_canvas_leaves_no_ink(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate("document.querySelector('#one').insertAdjacentHTML('beforebegin', '<p id=text>Draw a digit.</p>')")
    text = page.locator("#text").bounding_box()
    assert text is not None

    page.mouse.move(text["x"] + 30, text["y"] + 8)
    page.mouse.down()
    page.mouse.move(text["x"] + 60, text["y"] + 8, steps=3)
    move_on(page, "#one", (60, 100))
    page.mouse.up()

    assert page.evaluate("String(getSelection())") != ""
    assert page.evaluate("document.querySelector('#one').strokes") == []


def test_a_finger_draws_while_a_thumb_rests_on_the_canvas(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    touch = fingers(page)
    touch("touchStart", (250, 250))

    touch("touchStart", (250, 250), (50, 50))
    for y in range(60, 150, 10):
        touch("touchMove", (250, 250), (50, y))
    touch("touchEnd")

    strokes = page.evaluate("document.querySelector('#one').strokes.map(stroke => [stroke[0][1], stroke.at(-1)[1]])")
    assert strokes == [pytest.approx([50 / 0.6, 140 / 0.6], abs=2)]


def test_a_finger_that_scrolls_the_page_from_beside_the_canvas_leaves_no_ink(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate("document.body.style.height = '3000px'; document.querySelector('#two').style.marginTop = '100px'")
    touch = fingers(page)

    touch("touchStart", (100, 310))
    for y in range(302, 100, -8):
        touch("touchMove", (100, y))
    touch("touchEnd")

    wait_until(page, "window.scrollY > 0")
    assert page.evaluate("document.querySelector('#one').strokes") == []


def fingers(page: Page) -> Callable[..., None]:
    """Sends a touch event with fingers at these places, in CSS px of the canvas `#one`."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    box = page.locator("#one").bounding_box()
    assert box is not None
    left, top = box["x"], box["y"]

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left + x, "y": top + y, "id": finger} for finger, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def press_and_draw(page: Page, canvas: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place to the other in five steps, in CSS px of the canvas; the button stays down."""
    move_on(page, canvas, start)
    page.mouse.down()
    move_on(page, canvas, end)


def move_on(page: Page, canvas: str, to: tuple[float, float]) -> None:
    box = page.locator(canvas).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + to[0], box["y"] + to[1], steps=5)
