"""<midstroke-canvas> while its service is away, refuses the origin, or is no longer wanted."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from infra.harness.clients.client import call
from tests.browser.embed.embedding import SEVEN, Elsewhere, open_there, wait_until
from tests.running import RunningService

pytestmark = pytest.mark.browser

CLIENT = Path(__file__).parents[3] / "frontend" / "clients" / "javascript" / "midstroke-canvas.js"


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
