"""Contributions beyond the service's limits: fitted, or reported, offered for download and dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from playwright.sync_api import Page, expect

from collector.ink.drawing import Drawing
from service.http.pages.pages import Page as ServedPage
from tests.browser.drawing import answered, begin, draw_asked, hand_in, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

SCRIBBLE = """
() => {
  const sheet = document.querySelector('#sheet');
  const { left, top, width, height } = sheet.getBoundingClientRect();
  const at = (type, i) => sheet.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, pointerType: 'mouse', isPrimary: true, button: 0, buttons: type === 'pointerup' ? 0 : 1,
    clientX: left + width * (0.5 + 0.45 * Math.sin(i * 0.013)),
    clientY: top + height * (0.5 + 0.45 * Math.cos(i * 0.0171)),
    bubbles: true,
  }));
  at('pointerdown', 0);
  for (let i = 1; i < 9000; i++) at('pointermove', i);
  at('pointerup', 9000);
}
"""
STORED = """
(contribution) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('midstroke', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('contributions', { keyPath: 'id' });
  opening.onsuccess = () => {
    const transaction = opening.result.transaction('contributions', 'readwrite');
    if (contribution) transaction.objectStore('contributions').put(contribution);
    const all = transaction.objectStore('contributions').getAllKeys();
    transaction.oncomplete = () => { opening.result.close(); resolve(all.result); };
    transaction.onabort = () => reject(transaction.error);
  };
})
"""


def contribution(png: str, samples: int) -> dict[str, Any]:
    """A contribution as release 0.1 stored it."""
    return {
        "id": "6c3f0d5a-38b8-4f6c-9d0e-0a54b7a7c001",
        "label": 3,
        "contributor": "c" * 32,
        "consent": "2026-11-2",
        "width": 500,
        "height": 500,
        "pen_width": 16,
        "pointer": "mouse",
        "strokes": [[[100, 100, 0], [300, 300, 100]]],
        "samples": [{"ink": (i + 1) / samples, "png": png} for i in range(samples)],
    }


def test_a_long_scribble_is_delivered(page: Page, shared_service: RunningService) -> None:
    page.add_init_script("Element.prototype.setPointerCapture = () => {};")  # there is no such pointer
    begin(page, shared_service.url)

    page.evaluate(SCRIBBLE)
    hand_in(page)

    expect(answered(page)).to_have_count(1, timeout=40_000)
    expect(page.locator("#state")).to_contain_text("live")


def test_an_oversized_drawing_of_an_earlier_release_is_offered_and_dropped(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing], tmp_path: Path
) -> None:
    open_page(page, shared_service.url)
    page.evaluate(STORED, contribution("A" * 300_000, 8))

    page.reload()
    notice = page.locator("#undelivered li")
    expect(notice).to_contain_text("drawing of a 3 could not be delivered")
    expect(page.locator("#state")).to_contain_text("live")
    assert page.evaluate(STORED, None) == []
    page.reload()
    expect(notice).to_have_count(1)  # until the visitor has decided
    with page.expect_download() as downloading:
        notice.get_by_role("button", name="Download").click()
    file = tmp_path / "drawing.json"
    downloading.value.save_as(file)

    assert json.loads(file.read_text())["strokes"] == [[[100, 100, 0], [300, 300, 100]]]
    expect(notice).to_have_count(0)
    page.reload()
    begin(page, shared_service.url)
    draw_asked(page, by_label)
    hand_in(page)
    expect(answered(page)).to_have_count(1, timeout=20_000)
    expect(notice).to_have_count(0)


def test_a_drawing_that_the_service_closes_the_socket_on_is_not_sent_again(
    page: Page, by_label: dict[int | None, Drawing]
) -> None:
    """The service of an earlier release names no limit of bytes; a proxy may have a lower one."""
    sent = fake_service(page)
    begin(page, "http://service.test")

    draw_asked(page, by_label)
    hand_in(page)

    expect(page.locator("#undelivered li")).to_contain_text("too large for the service", timeout=20_000)
    expect(page.locator("#state")).to_contain_text("live", timeout=20_000)
    draw_asked(page, by_label)
    hand_in(page)
    expect(answered(page)).to_have_count(1, timeout=20_000)
    assert len(sent) == 2


def fake_service(page: Page) -> list[dict[str, Any]]:
    """Serves the page from its folder, with a websocket that closes on the first contribution; what it was sent."""
    sent: list[dict[str, Any]] = []
    served = ServedPage(Path(__file__).parents[3] / "frontend")

    def page_file(route: Any) -> None:
        path = route.request.url.split("/", 3)[3].split("#")[0] or "index.html"
        file = served.respond(path, Request({"type": "http", "headers": []}))
        if file is None:
            route.fulfill(status=404, body="{}")
            return
        route.fulfill(body=bytes(file.body), content_type=file.headers["content-type"])

    def talk(socket: Any) -> None:
        counts = {"total": 0, "yours": 0, "by_label": [0] * 10}
        limits = {"samples_min": 8, "samples_max": 40, "strokes_max": 64, "points_max": 8192}
        consent = {"version": "1", "licence": "CC BY 4.0", "text": "Terms."}

        def answer(message: str | bytes) -> None:
            record = json.loads(message) if isinstance(message, str) else {}
            if record.get("type") == "hello":
                welcome = {"models": [], "families": [], "limits": limits, "consent": consent}
                socket.send(json.dumps({"type": "welcome", **welcome, "contributions": counts, "trainer": None}))
            if record.get("type") == "contribution":
                sent.append(record)
                if len(sent) == 1:
                    socket.close(code=1009, reason="message too big")
                    return
                accepted = {"id": record["id"], "use": "training", "duplicate": False, "receipt": "r"}
                socket.send(json.dumps({"type": "accepted", **accepted, "contributions": counts}))

        socket.on_message(answer)

    page.route("http://service.test/**", page_file)
    page.route_web_socket("ws://service.test/ws", talk)
    return sent
