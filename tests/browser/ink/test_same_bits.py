"""The page's snapshots equal the server's snapshots of the same canvas as PNG, bit for bit."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.sync_api import Page

from collector.ink.canvas_png import read_canvas
from collector.ink.drawing import Drawing, cut_at_ink, strokes_to_json
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.snapshot import pack_ink20, to_canvas20, to_ink20
from tests.browser.drawing import open_page
from tests.real_data import drawings_from
from tests.running import RunningService

pytestmark = pytest.mark.browser

DRAWINGS = 100
SNAPSHOTS = """
async (drawings) => {
  const { ModelCanvas } = await import('/js/ink/canvas.js');
  const { toInk20, toCanvas20 } = await import('/js/ink/snapshots/snapshot.js');
  const { toInk20Second } = await import('/js/ink/snapshots/ink20_2.js');
  const { toPath48 } = await import('/js/ink/snapshots/path.js');
  const { toBase64 } = await import('/js/ink/snapshots/samples.js');
  const sheet = new ModelCanvas();
  const made = [];
  for (const strokes of drawings) {
    sheet.draw(strokes);
    const canvas = sheet.read(strokes);
    made.push({
      ink20: toBase64(toInk20(canvas)),
      'ink20/2': toBase64(toInk20Second(canvas)),
      canvas20: toBase64(toCanvas20(canvas)),
      path48: toBase64(toPath48(strokes, 500, 500)),
      png: toBase64(await sheet.png()),
    });
  }
  return made;
}
"""


def test_the_pages_snapshots_are_the_servers_on_real_drawings(page: Page, service: RunningService) -> None:
    drawings = _halfway_and_finished()
    open_page(page, service.url)

    made = page.evaluate(SNAPSHOTS, [strokes_to_json(d.strokes) for d in drawings])

    for drawing, by_page in zip(drawings, made, strict=True):
        canvas = read_canvas(_bytes(by_page, "png"))
        assert _bytes(by_page, "ink20") == pack_ink20(to_ink20(canvas))
        assert _bytes(by_page, "ink20/2") == pack_ink20(to_ink20_2(canvas))
        assert _bytes(by_page, "canvas20") == to_canvas20(canvas).tobytes()
        assert _bytes(by_page, "path48") == pack_path48(to_path48(drawing.strokes, 500, 500))


def _halfway_and_finished() -> list[Drawing]:
    whole = drawings_from("pendigits-train.ndjson.gz", DRAWINGS)
    return [cut_at_ink(d, 0.5) if number % 2 else d for number, d in enumerate(whole)]


def _bytes(made: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(made[name])
