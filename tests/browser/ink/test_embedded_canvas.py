"""<midstroke-canvas> on a page of another origin whose policy allows no inline script and no inline style."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from infra.harness.clients.client import call
from tests.running import RunningService, free_port, running_service

pytestmark = pytest.mark.browser

HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page of others</title>
<script type="module" src="{service}/embed/midstroke-canvas.js"></script></head><body>
<form id="form"><midstroke-canvas id="one" name="digit" src="ws://{address}/ws"></midstroke-canvas></form>
<midstroke-canvas id="two" contribute src="{service}"></midstroke-canvas>
<script src="/page.js"></script><link rel="stylesheet" href="/page.css"></body></html>"""
SCRIPT = """
window.heard = [];
for (const type of ['guess', 'settled', 'contributed', 'connection', 'refused']) {
  document.addEventListener(type, ({ target, detail }) => window.heard.push([type, target.id, detail]));
}
"""
STYLE = "midstroke-canvas { width: 300px } midstroke-canvas::part(guess) { color: rgb(1, 2, 3) }"
CLIENT = Path(__file__).parents[3] / "frontend" / "clients" / "javascript" / "midstroke-canvas.js"
SEVEN = [[[150, 120, 0], [250, 118, 60], [350, 120, 120], [290, 260, 180], [220, 400, 240]]]


class Elsewhere:
    """A site of another origin."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, str]] = {}
        self.policy = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = site.files.get(self.path, ("text/plain", ""))
                self.send_response(200 if self.path in site.files else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def embed(self, service: str) -> None:
        address = service.removeprefix("http://")
        self.policy = (
            f"default-src 'none'; script-src 'self' {service}; style-src 'self'; connect-src {service} ws://{address}"
        )
        self.files = {
            "/": ("text/html", HTML.format(service=service, address=address)),
            "/page.js": ("text/javascript", SCRIPT),
            "/page.css": ("text/css", STYLE),
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere()
    yield site
    site.close()


@pytest.fixture(scope="module")
def embedded(elsewhere: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    port = free_port()
    elsewhere.embed(f"http://127.0.0.1:{port}")
    env = {"MIDSTROKE_ALLOWED_ORIGINS": elsewhere.url}
    with running_service(tmp_path_factory.mktemp("embedded"), port, env) as service:
        yield service


def open_there(page: Page, elsewhere: Elsewhere) -> None:
    page.goto(elsewhere.url)
    wait_until(page, "customElements.get('midstroke-canvas') && window.heard.some(([type, , d]) => d.phase === 'open')")


def wait_until(page: Page, expression: str) -> None:
    """Playwright's own waiting evaluates text in the page, which its policy forbids."""
    deadline = time.monotonic() + 30
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)


def heard(page: Page, kind: str, target: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = page.evaluate(
        "([kind, target]) => window.heard.filter(([k, t]) => k === kind && t === target).map(([, , detail]) => detail)",
        [kind, target],
    )
    return found


def test_two_canvases_are_drawn_on_and_read_apart(embedded: RunningService, elsewhere: Elsewhere, page: Page) -> None:
    open_there(page, elsewhere)
    box = page.locator("#one").bounding_box()
    assert box is not None
    scale = box["width"] / 500
    points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y, _ in SEVEN[0]]

    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()

    guess = page.locator("#one").locator("[part=guess]")
    expect(guess).to_have_text("7")
    assert guess.evaluate("shown => getComputedStyle(shown).color") == "rgb(1, 2, 3)"
    assert page.evaluate("new FormData(document.querySelector('#form')).get('digit')") == "7"
    assert heard(page, "guess", "one")[-1]["label"] == "7"
    assert [one["phase"] for one in heard(page, "connection", "one")] == ["connecting", "open"]
    assert heard(page, "guess", "two") == []
    assert page.evaluate("document.querySelector('#two').strokes.length") == 0


def test_methods_load_undo_and_clear(embedded: RunningService, elsewhere: Elsewhere, page: Page) -> None:
    open_there(page, elsewhere)

    page.evaluate("strokes => document.querySelector('#one').load(strokes)", SEVEN)
    wait_until(page, "document.querySelector('#one').value === '7'")
    page.evaluate("document.querySelector('#one').clear()")

    assert page.evaluate("[document.querySelector('#one').strokes.length, document.querySelector('#one').value]") == [
        0,
        "",
    ]


def test_strokes_of_a_loaded_drawing_are_taken_back_and_drawn_again(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)

    counts = page.evaluate(
        """strokes => {
          const canvas = document.querySelector('#one');
          canvas.load([...strokes, [[10, 10, 900], [60, 60, 990]]]);
          return ['undo', 'redo', 'undo', 'undo', 'undo', 'redo'].map((step) => {
            canvas[step]();
            return canvas.strokes.length;
          });
        }""",
        SEVEN,
    )

    assert counts == [1, 2, 1, 0, 0, 1]


def test_it_is_drawn_on_by_keyboard_unless_it_is_disabled(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.keyboard.press("Tab")

    page.keyboard.press(" ")
    for _ in range(5):
        page.keyboard.press("ArrowRight")

    assert page.locator("#one").locator("[part=key-pen]").is_visible()
    strokes = page.evaluate("document.querySelector('#one').strokes")
    assert [[x, y] for x, y, _ in strokes[0]] == [[250 + 12 * step, 250] for step in range(6)]
    page.evaluate("document.querySelector('#one').setAttribute('disabled', '')")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('#one').strokes.length") == 1
    assert not page.locator("#one").locator("[part=key-pen]").is_visible()


def test_only_a_canvas_that_asks_contributes_and_only_after_consent(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    for name in ("one", "two"):
        page.evaluate("([name, strokes]) => document.querySelector(name).load(strokes)", [f"#{name}", SEVEN])
    wait_until(page, "document.querySelector('#two').value === '7'")
    with pytest.raises(Exception, match="no attribute `contribute`"):
        page.evaluate("document.querySelector('#one').contribute(7)")

    page.evaluate("void (window.refused = document.querySelector('#two').contribute(7))")
    page.locator("#two").locator("[part=decline]").click()
    assert page.evaluate("window.refused") is None
    assert total(embedded) == 0

    page.evaluate("void (window.given = document.querySelector('#two').contribute(7))")
    expect(page.locator("#two").locator("[part=consent]")).to_contain_text("CC BY 4.0")
    page.locator("#two").locator("[part=agree]").click()
    given = page.evaluate("window.given")

    assert len(given["receipt"]) == 64
    assert total(embedded) == 1
    assert heard(page, "contributed", "two")[0]["label"] == 7
    page.evaluate("document.querySelector('#two').contribute(7)")  # asks no second time
    assert total(embedded) == 2


def total(service: RunningService) -> int:
    _, _, body = call(service, "GET", "/model")
    count: int = json.loads(body)["contributions"]["total"]
    return count


def test_a_set_that_does_not_exist_gives_no_guesses_until_another_is_wanted(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate("document.documentElement.lang = 'EN-US'")  # its hello is of the form that the service expects

    page.evaluate("document.querySelector('#one').setAttribute('family', 'softmax')")
    page.evaluate("document.querySelector('#one').setAttribute('set', 'nonesuch')")
    page.evaluate("strokes => document.querySelector('#one').load(strokes)", SEVEN)
    wait_until(page, "window.heard.some(([type, id]) => type === 'refused' && id === 'one')")
    page.wait_for_timeout(200)
    assert [each["code"] for each in heard(page, "refused", "one")] == ["unknown_set"]
    assert page.evaluate("document.querySelector('#one').guess") is None

    page.evaluate("document.querySelector('#one').setAttribute('set', 'digits')")
    wait_until(page, "document.querySelector('#one').value === '7'")
    assert {each["family"] for each in heard(page, "guess", "one")} == {"softmax"}


def test_a_disabled_fieldset_takes_no_ink_and_a_border_shifts_none(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate(
        """() => {
          const fieldset = document.createElement('fieldset');
          document.querySelector('#form').append(fieldset);
          fieldset.append(document.querySelector('#one'));
          fieldset.disabled = true;
          document.querySelector('#one').style.border = '50px solid';
        }"""
    )
    box = page.locator("#one").bounding_box()
    assert box is not None

    counts = []
    for disabled in (True, False):
        page.evaluate("disabled => { document.querySelector('fieldset').disabled = disabled }", disabled)
        page.mouse.click(box["x"] + 50 + 100, box["y"] + 50 + 100)  # the middle of the canvas
        counts.append(page.evaluate("document.querySelector('#one').strokes.length"))

    assert counts == [0, 1]
    x, y, _ = page.evaluate("document.querySelector('#one').strokes[0][0]")
    assert (x, y) == pytest.approx((250, 250), abs=2)


def test_a_canvas_with_another_service_meanwhile_contributes_nothing(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate("strokes => document.querySelector('#two').load(strokes)", SEVEN)
    wait_until(page, "document.querySelector('#two').value === '7'")
    before = total(embedded)

    page.evaluate("void (window.asked = [7, 7].map((label) => document.querySelector('#two').contribute(label)))")
    page.evaluate("document.querySelector('#two').setAttribute('src', 'none:')")

    assert page.evaluate("Promise.all(window.asked)") == [None, None]
    assert not page.locator("#two").locator("[part=consent]").is_visible()
    assert page.evaluate("document.querySelector('#two').value") == ""
    assert total(embedded) == before


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


def test_drawing_shortens_a_long_wait_for_the_service(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    page.route_web_socket("**/ws", lambda socket: socket.close(code=1011))  # each wait is up to twice the former
    page.goto(elsewhere.url)
    retry_at = "heard.findLast(([, id, detail]) => id === 'one' && detail.retryAt)?.[2].retryAt"
    wait_until(page, f"{retry_at} - performance.now() > 1500")
    before = page.evaluate(retry_at)

    page.evaluate("strokes => document.querySelector('#one').load(strokes)", SEVEN)

    wait_until(page, f"{retry_at} !== {before}")
    assert page.evaluate(retry_at) < before


def test_a_page_that_is_opened_before_the_service_gets_the_element_later(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    elsewhere.files |= {
        "/early": (
            "text/html",
            f"""<script src="/page.js"></script><midstroke-canvas id="one" src="{embedded.url}"></midstroke-canvas>
            <script type="module" src="/early.js"></script>""",
        ),
        "/early.js": (
            "text/javascript",
            f"""import {{ defineMidstrokeCanvas }} from '/client.js';
            window.defined = await defineMidstrokeCanvas('{embedded.url}');""",
        ),
        "/client.js": ("text/javascript", CLIENT.read_text()),
    }
    page.route("**/embed/*.js", lambda route: route.abort("connectionrefused"))
    with page.expect_console_message(lambda line: "trying again" in line.text):
        page.goto(f"{elsewhere.url}/early")

    page.unroute("**/embed/*.js")

    wait_until(page, "window.heard.some(([, , detail]) => detail.phase === 'open')")
    assert page.evaluate("window.defined === customElements.get('midstroke-canvas')")


def test_a_removed_canvas_closes_its_connection(embedded: RunningService, elsewhere: Elsewhere, page: Page) -> None:
    open_there(page, elsewhere)
    page.evaluate("for (const canvas of document.querySelectorAll('midstroke-canvas')) canvas.remove()")

    page.wait_for_timeout(100)
    _, _, metrics = call(embedded, "GET", "/metrics")

    assert b"midstroke_sockets 0.0" in metrics


def test_an_origin_that_is_not_allowed_gets_an_error(embedded: RunningService) -> None:
    status, headers, body = call(
        embedded, "GET", "/embed/midstroke-canvas.js", headers={"Origin": "https://other.example"}
    )

    assert status == 403
    assert "https://other.example" in json.loads(body)["message"]
    assert "MIDSTROKE_ALLOWED_ORIGINS" in json.loads(body)["message"]
    assert headers["Access-Control-Allow-Origin"] is None


def test_the_embedded_modules_import_nothing_of_the_service_s_page() -> None:
    left, seen = [Path(__file__).parents[3] / "frontend" / "embed" / "midstroke-canvas.js"], set[Path]()
    while left:
        module = left.pop().resolve()
        if module not in seen:
            seen.add(module)
            imported = re.findall(r"^import .*?'(.+?)';", module.read_text(), re.MULTILINE)
            left += [module.parent / name for name in imported]

    names = {module.name for module in seen}
    assert "connection.js" in names
    assert names.isdisjoint({"language.js", "main.js", "local_settings.js"})
