"""Browsers that falsify canvas readings against fingerprinting: snapshots and samples are right nevertheless."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from collector.ink.canvas_png import read_canvas
from collector.ink.drawing import Drawing, strokes_to_json
from tests.browser.drawing import answered, begin, draw_asked, hand_in
from tests.real_data import drawings_from
from tests.running import RunningService

pytestmark = pytest.mark.browser

NOISE = """
    const read = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function (...place) {
      const image = read.apply(this, place);
      for (let i = 0; i < image.data.length; i++) %s
      return image;
    };
"""
BLANK = """
    HTMLCanvasElement.prototype.toBlob = function (done) {
      const blank = document.createElement('canvas');
      Object.assign(blank, { width: this.width, height: this.height });
      toBlob.call(blank, done);
    };
"""
FALSIFIED = {
    "noise": NOISE % "image.data[i] = Math.random() * 256;",
    "lowest bits": NOISE % "if (i % 97 === 0) image.data[i] ^= 1;",
    "white": NOISE % "image.data[i] = 255;",
    "blank": NOISE % "image.data[i] = 0;",
    "throws": (
        "CanvasRenderingContext2D.prototype.getImageData = () => { throw new DOMException('no', 'SecurityError'); };"
    ),
    "files too": (NOISE % "image.data[i] = Math.random() * 256;")
    + "const toBlob = HTMLCanvasElement.prototype.toBlob;"
    + BLANK
    + "HTMLCanvasElement.prototype.toDataURL = () => 'data:,';",
    "files alone": "const toBlob = HTMLCanvasElement.prototype.toBlob;" + BLANK,
}
MODEL_CANVAS = """
async (drawings) => {
  const { ModelCanvas } = await import('/js/ink/canvas.js');
  const { toInk20 } = await import('/js/ink/snapshots/snapshot.js');
  const { toBase64 } = await import('/js/ink/snapshots/samples.js');
  const canvas = new ModelCanvas();
  const made = [];
  for (const strokes of drawings) {
    canvas.draw(strokes);
    made.push({ ink20: toBase64(toInk20(canvas.read(strokes))), png: toBase64(await canvas.png()) });
  }
  return made;
}
"""


def snapshots(page: Page, url: str, drawings: list[Drawing]) -> list[dict[str, str]]:
    page.goto(url)
    made: list[dict[str, str]] = page.evaluate(MODEL_CANVAS, [strokes_to_json(d.strokes) for d in drawings])
    return made


@pytest.mark.parametrize("how", FALSIFIED)
def test_snapshots_and_pictures_are_those_of_an_honest_canvas(
    page: Page, shared_service: RunningService, how: str
) -> None:
    drawings = drawings_from("pendigits-train.ndjson.gz", 8)
    honest = snapshots(page, shared_service.url, drawings)
    page.add_init_script(FALSIFIED[how])

    made = snapshots(page, shared_service.url, drawings)

    for right, false in zip(honest, made, strict=True):
        wanted, got = (read_canvas(base64.b64decode(one["png"])).astype(int) for one in (right, false))
        assert np.abs(wanted - got).max() <= 128  # antialiased edges
        assert np.abs(wanted - got).mean() < 0.1
        wanted, got = (np.frombuffer(base64.b64decode(one["ink20"]), np.uint8).astype(int) for one in (right, false))
        assert np.abs(wanted[12:] - got[12:]).max() <= 4
        assert np.abs(wanted[12:] - got[12:]).mean() < 0.5


def test_a_contribution_from_such_a_browser_has_right_samples(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    page.add_init_script(FALSIFIED["files too"])
    sent: list[dict[str, Any]] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str) and (message := json.loads(frame))["type"] == "contribution":
            sent.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    begin(page, shared_service.url)

    draw_asked(page, by_label)
    hand_in(page)
    expect(answered(page)).to_have_count(1, timeout=20_000)

    last = read_canvas(base64.b64decode(sent[0]["samples"][-1]["png"]))
    for stroke in sent[0]["strokes"]:
        for x, y, _ in stroke:
            if 0 <= x < 500 and 0 <= y < 500:
                assert last[int(y), int(x)] == 0
    assert (last == 255).mean() > 0.7
