"""Mouse, finger and pen draw through the browser's own input events, whatever else touches the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import SHEET_INK, draw_stroke, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

NO_INK = [500, 0, 500, 0]
DOWN = Stroke(tuple(Point(250, y) for y in range(100, 400, 15)))


class Hand:
    """Fingers and a pen, in px of the 500 px canvas."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._fingers: dict[int, dict[str, float]] = {}

    def touch(self, finger: int, x: float, y: float, radius: float = 10) -> None:
        """Puts a finger down, or moves it."""
        event = "touchMove" if finger in self._fingers else "touchStart"
        self._fingers[finger] = {**self._at(x, y), "radiusX": radius, "radiusY": radius, "id": finger}
        self._send_touch(event, *self._fingers.values())

    def lift(self, finger: int) -> None:
        self._send_touch("touchEnd", self._fingers.pop(finger))  # Chromium ends those that are named, and no other

    def draw(self, finger: int, *places: tuple[float, float]) -> None:
        """One stroke by a finger."""
        for x, y in places:
            self.touch(finger, x, y)
        self.lift(finger)

    def pinch(self, x: float, y: float) -> None:
        """Two fingers move apart, up and down from there."""
        how = {"scaleFactor": 2, "gestureSourceType": "touch"}
        self._session.send("Input.synthesizePinchGesture", {**self._at(x, y), **how})

    def mouse(self, event: str, x: float, y: float, button: str = "none", buttons: int = 0, by: str = "mouse") -> None:
        """`event` is mousePressed, mouseMoved or mouseReleased; `by` is mouse or pen."""
        place = {**self._at(x, y), "button": button, "buttons": buttons, "pointerType": by}
        self._session.send("Input.dispatchMouseEvent", {"type": event, "clickCount": 1, **place})

    def _at(self, x: float, y: float) -> dict[str, float]:
        box = self._page.locator("#sheet").bounding_box()
        assert box is not None
        return {"x": box["x"] + x * box["width"] / 500, "y": box["y"] + y * box["height"] / 500}

    def _send_touch(self, event: str, *points: dict[str, float]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": list(points)})


@pytest.fixture
def tablet(browser: Browser, shared_service: RunningService) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    page = context.new_page()
    open_page(page, shared_service.url)
    yield page
    context.close()


@pytest.fixture
def desk(page: Page, shared_service: RunningService) -> Page:
    open_page(page, shared_service.url)
    return page


def ink(page: Page) -> list[int]:
    """Left, right, top and bottom of the ink, in px of the 500 px canvas."""
    page.wait_for_timeout(100)  # the canvas is drawn with the next frame
    bounds = page.evaluate(SHEET_INK)
    assert isinstance(bounds, list)
    return bounds


@pytest.mark.parametrize("resting", [(250, 600), (450, 450)], ids=["beside the canvas", "on the canvas"])
def test_a_finger_draws_while_a_thumb_rests(tablet: Page, resting: tuple[float, float]) -> None:
    hand = Hand(tablet)

    hand.touch(0, *resting)
    hand.draw(1, (100, 100), (100, 150), (100, 200), (100, 300))

    left, right, top, bottom = ink(tablet)
    assert [left, right] == pytest.approx([92, 108], abs=3)
    assert [top, bottom] == pytest.approx([92, 308], abs=3)


def test_fingers_draw_one_after_another_while_a_thumb_rests(tablet: Page) -> None:
    hand = Hand(tablet)
    hand.touch(0, 250, 600)

    hand.draw(1, (100, 100), (100, 200), (100, 300))
    hand.draw(2, (400, 100), (400, 200), (400, 300))

    left, right, *_ = ink(tablet)
    assert left == pytest.approx(92, abs=3)
    assert right == pytest.approx(408, abs=3)


def test_a_second_finger_neither_draws_nor_ends_the_stroke(tablet: Page) -> None:
    hand = Hand(tablet)

    for step in range(4):
        hand.touch(0, 100, 100 + 20 * step)
    hand.touch(1, 400, 100)
    hand.touch(1, 400, 300)
    hand.lift(1)
    hand.touch(0, 100, 350)
    hand.lift(0)

    left, right, _, bottom = ink(tablet)
    assert right - left < 30
    assert bottom == pytest.approx(358, abs=3)


def test_a_pinch_leaves_no_ink_and_the_next_finger_draws(tablet: Page) -> None:
    hand = Hand(tablet)

    hand.pinch(250, 250)
    after_pinch = ink(tablet)
    hand.draw(1, (100, 100), (100, 150), (100, 200), (100, 300))

    assert after_pinch == NO_INK
    left, right, *_ = ink(tablet)
    assert [left, right] == pytest.approx([92, 108], abs=3)


def test_a_palm_leaves_no_ink(tablet: Page) -> None:
    hand = Hand(tablet)

    hand.touch(0, 300, 300, radius=50)
    hand.touch(0, 330, 330, radius=55)
    hand.lift(0)

    assert ink(tablet) == NO_INK


@pytest.mark.parametrize("pause", [0, 2000], ids=["at once", "after a pause"])
def test_a_palm_leaves_no_ink_beside_a_pen(tablet: Page, pause: int) -> None:
    hand = Hand(tablet)
    hand.mouse("mouseMoved", 100, 100, by="pen")
    hand.mouse("mousePressed", 100, 100, "left", 1, by="pen")
    hand.mouse("mouseMoved", 100, 200, "left", 1, by="pen")
    hand.mouse("mouseReleased", 100, 200, "left", by="pen")
    hand.mouse("mouseMoved", 100, 220, by="pen")
    tablet.wait_for_timeout(pause)

    hand.touch(0, 400, 400)
    hand.touch(0, 404, 404)
    hand.lift(0)

    left, right, *_ = ink(tablet)
    assert left > 80
    assert right < 120


def test_a_stroke_ends_with_the_left_button_though_the_right_one_is_held(desk: Page) -> None:
    hand = Hand(desk)
    hand.mouse("mousePressed", 100, 100, "left", 1)
    hand.mouse("mouseMoved", 100, 200, "left", 1)
    hand.mouse("mousePressed", 100, 200, "right", 3)
    hand.mouse("mouseReleased", 100, 200, "left", 2)

    hand.mouse("mouseMoved", 400, 400, "right", 2)
    hand.mouse("mouseReleased", 400, 400, "right", 0)

    left, right, top, bottom = ink(desk)
    assert right - left < 30
    assert [top, bottom] == pytest.approx([92, 208], abs=3)


def test_a_stroke_begun_beside_the_canvas_draws_from_where_it_enters_and_selects_nothing(desk: Page) -> None:
    hand = Hand(desk)

    hand.mouse("mouseMoved", 560, 250)
    hand.mouse("mousePressed", 560, 250, "left", 1)
    for x in range(540, 280, -20):
        hand.mouse("mouseMoved", x, 250, "left", 1)
    hand.mouse("mouseReleased", 300, 250, "left")

    left, right, top, bottom = ink(desk)
    assert [left, right] == pytest.approx([292, 500], abs=3)
    assert bottom - top < 30
    assert desk.evaluate("() => String(getSelection())") == ""


def test_a_stroke_that_leaves_the_canvas_selects_nothing(desk: Page) -> None:
    draw_stroke(desk, Stroke((Point(250, 250), Point(400, 250), Point(600, 100), Point(700, 450))))
    expect(desk.locator("#guess")).not_to_have_attribute("data-digit", "")

    assert desk.evaluate("() => String(getSelection())") == ""


def test_a_pointer_that_cannot_be_captured_draws_all_the_same(desk: Page) -> None:
    desk.evaluate("""() => {
      document.querySelector('#sheet').setPointerCapture = () => {
        throw new DOMException('no such pointer', 'NotFoundError');
      };
    }""")

    draw_stroke(desk, DOWN)

    _, _, top, bottom = ink(desk)
    assert [top, bottom] == pytest.approx([92, 393], abs=3)


@pytest.mark.parametrize("event", ["blur", "pagehide"])
def test_a_stroke_ends_when_the_window_is_left(desk: Page, event: str) -> None:
    draw_stroke(desk, DOWN, release=False)

    desk.evaluate("(type) => window.dispatchEvent(new Event(type))", event)
    desk.mouse.move(10, 10)
    left, right, *_ = ink(desk)
    desk.mouse.up()
    draw_stroke(desk, Stroke((Point(400, 100), Point(400, 200))))

    assert right - left < 30
    assert ink(desk)[1] == pytest.approx(408, abs=3)


@pytest.mark.parametrize(("button", "buttons"), [(5, 32), (2, 2), (0, 33)], ids=["eraser", "barrel", "eraser as tip"])
def test_other_ends_and_buttons_of_a_pen_draw_nothing(desk: Page, button: int, buttons: int) -> None:
    desk.evaluate(
        """([button, buttons]) => {
          const sheet = document.querySelector('#sheet');
          const { left, top } = sheet.getBoundingClientRect();
          const pen = { bubbles: true, cancelable: true, pointerType: 'pen', pointerId: 7, button, buttons };
          for (const [type, y] of [['pointerdown', 50], ['pointermove', 90], ['pointerup', 120]])
            sheet.dispatchEvent(new PointerEvent(type, { ...pen, clientX: left + 50, clientY: top + y }));
        }""",
        [button, buttons],
    )

    assert ink(desk) == NO_INK


def test_neither_wheel_nor_pinch_moves_the_canvas_under_the_pen(desk: Page) -> None:
    prevented = """(ctrlKey) => !document.querySelector('#sheet').dispatchEvent(
      new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY: 50, ctrlKey }))"""
    draw_stroke(desk, DOWN, release=False)

    during = [desk.evaluate(prevented, ctrl) for ctrl in (False, True)]
    desk.mouse.up()
    after = [desk.evaluate(prevented, ctrl) for ctrl in (False, True)]

    assert during == [True, True]
    assert after == [False, False]


def test_the_canvas_is_as_sharp_as_the_screen_that_it_is_moved_to(desk: Page) -> None:
    session = desk.context.new_cdp_session(desk)
    draw_stroke(desk, DOWN)
    bounds = ink(desk)

    for density in (2, 1.25, 1):  # Chromium reports this to no listener, as some platforms do
        metrics = {"width": 1280, "height": 800, "deviceScaleFactor": density, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", metrics)
        side = desk.evaluate("() => document.querySelector('#sheet').clientWidth")
        expect(desk.locator("#sheet")).to_have_js_property("width", round(side * density))
        assert ink(desk) == pytest.approx(bounds, abs=3)
