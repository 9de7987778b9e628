"""A symbol set from its third example to a model of its own: drawn by mouse, trained by the trainer, read no worse."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from collector.contribution.consent import SYMBOLS_CONSENT_VERSION
from collector.contribution.contribution import SAMPLES_MIN
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink, strokes_to_json
from collector.ink.raster import draw_stages, encode_ink_png
from tests.browser.drawing import answered, draw_stroke, keep_label, open_page
from tests.browser.symbol_shapes import NAMES, SHAPES, create_set, wait_for_set
from tests.collector.contributions import sample_record
from tests.running import RunningService

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

TOKEN = "a-browser-that-draws-shapes"
GIVEN = 20  # drawings of each class, the three by mouse among them
TRAINED_MS = 540_000  # a bound for a busy machine, not a promise
SHARES = (0.4, 0.7, 1.0)  # of the ink, of drawings that are read
READ = 8  # drawings of each class


@pytest.fixture
def trainer(service: RunningService) -> Iterator[subprocess.Popen[bytes]]:
    log = (service.var / "trainer.log").open("wb")
    settings = {"MIDSTROKE_VAR": str(service.var), "MIDSTROKE_TRAINER_POLL_SECONDS": "0.5"}
    command = [sys.executable, "-m", "service", "train", "--watch", "--family", "path"]
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    yield process
    process.terminate()
    process.wait(30)
    log.close()


def varied(shape: str, rng: random.Random) -> Stroke:
    """The shape by a hand that is never twice the same: size, slant, place and a tremble."""
    size, slant, turn = rng.uniform(0.75, 1.15), rng.uniform(-0.2, 0.2), rng.uniform(-0.12, 0.12)
    left, top = rng.uniform(-30, 30), rng.uniform(-30, 30)
    points = []
    for number, point in enumerate(SHAPES[shape](1).points):
        x, y = size * (point.x - 250), size * (point.y - 250)
        x, y = x + slant * y - turn * y, y + turn * x
        shake = rng.gauss(0, 3), rng.gauss(0, 3)
        points.append(Point(250 + left + x + shake[0], 250 + top + y + shake[1], 16.0 * number))
    return Stroke(tuple(points))


def contribution(shape: str, stroke: Stroke) -> dict[str, Any]:
    inks = [(step + 1) / SAMPLES_MIN for step in range(SAMPLES_MIN)]
    stages = draw_stages(cut_at_ink(Drawing("", (stroke,)), ink).strokes for ink in inks)
    samples = [sample_record(ink, encode_ink_png(canvas)) for ink, canvas in zip(inks, stages, strict=True)]
    return {
        "id": str(uuid.uuid4()), "set": "shapes", "label": shape, "contributor": TOKEN,
        "consent": SYMBOLS_CONSENT_VERSION, "width": 500, "height": 500, "pen_width": 20, "pointer": "mouse",
        "strokes": strokes_to_json((stroke,)), "samples": samples, "confirmed": True,
    }  # fmt: skip


def post(service: RunningService, path: str, body: object) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{service.url}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def share_read(service: RunningService) -> float:
    """The share of unknown drawings, at each of `SHARES` of their ink, that the visitor of the page gets right."""
    rng, right, asked = random.Random(7), 0, 0
    with connect(service.url.replace("http", "ws") + "/s/shapes/ws", open_timeout=30) as socket:
        socket.send(json.dumps({"type": "hello", "contributor": TOKEN}))
        for place, shape in enumerate(SHAPES):
            for number in range(READ):
                whole = Drawing("", (varied(shape, rng),))
                for share in SHARES:
                    strokes = strokes_to_json(cut_at_ink(whole, share).strokes)
                    asked += 1
                    sent = {"type": "strokes", "drawing": number, "seq": asked, "width": 500, "height": 500}
                    socket.send(json.dumps({**sent, "strokes": strokes}))
                    while (answer := json.loads(socket.recv(timeout=30))).get("seq") != asked:
                        assert answer["type"] != "error", answer
                    right += max(range(3), key=lambda p: answer["probabilities"][p]) == place
    return right / asked


def expect_all_read(page: Page, rng: random.Random) -> None:
    """Each shape, by mouse, half drawn and finished, is the page's guess."""
    for place, shape in enumerate(SHAPES):
        stroke = varied(shape, rng)
        for share in (0.6, 1.0):
            page.locator("#clear").click()
            draw_stroke(page, Stroke(stroke.points[: round(share * len(stroke.points))]))
            expect(page.locator("#guess")).to_have_attribute("data-digit", str(place), timeout=20_000)


def test_a_set_is_read_from_three_examples_and_no_worse_by_its_own_model(
    page: Page, service: RunningService, trainer: subprocess.Popen[bytes]
) -> None:
    create_set(service.var)
    wait_for_set(service.url)
    open_page(page, f"{service.url}/s/shapes/#contribute", TOKEN)
    page.locator("#agree").click()
    rng, places = random.Random(1), list(NAMES)
    for number in range(9):
        asked = places[int(page.locator("#asked").get_attribute("data-digit") or "")]
        draw_stroke(page, varied(asked, rng))
        page.locator("#done").click()
        keep_label(page)
        expect(answered(page)).to_have_count(number + 1, timeout=20_000)
    page.locator("#mode-watch").click()
    expect_all_read(page, rng)
    by_examples = share_read(service)
    assert by_examples >= 0.8

    before = page.locator("#model").inner_text()
    for shape in SHAPES:
        for _ in range(GIVEN - 3):
            post(service, "/contributions?set=shapes", contribution(shape, varied(shape, rng)))
    expect(page.locator("#model")).not_to_have_text(before, timeout=TRAINED_MS)

    assert trainer.poll() is None
    expect_all_read(page, rng)
    assert share_read(service) >= by_examples
