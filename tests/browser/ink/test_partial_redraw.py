"""The model's canvas redraws only a part, with the same pixels as a full redraw."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector.ink.drawing import strokes_to_json
from tests.browser.drawing import open_page
from tests.real_data import drawings_from
from tests.running import RunningService

pytestmark = pytest.mark.browser

GROW = """
async (drawings) => {
  const { ModelCanvas } = await import('/js/ink/canvas.js');
  const { contextOf, drawStrokes } = await import('/js/ink/visible_canvas.js');
  const { grayOf, toInk20, wholeCanvas } = await import('/js/ink/snapshots/snapshot.js');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 500;
  const context = contextOf(canvas, { willReadFrequently: true });
  const atOnce = (strokes) => {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 500, 500);
    drawStrokes(context, strokes);
    return wholeCanvas(500, 500, grayOf(context.getImageData(0, 0, 500, 500).data));
  };
  const sheet = new ModelCanvas();
  const different = [];
  let compared = 0;
  const compare = (strokes, what) => {
    sheet.draw(strokes);
    const { gray } = atOnce(strokes).patch;
    const { patch } = sheet.read(strokes);
    const wrong = patch.gray.some((level, i) => {
      const [row, column] = [Math.floor(i / patch.width), i % patch.width];
      return level !== gray[(patch.top + row) * 500 + patch.left + column];
    });
    const same = String(toInk20(sheet.read(strokes))) === String(toInk20(atOnce(strokes)));
    if (wrong || !same) different.push(what);
    compared++;
  };
  for (const [number, strokes] of drawings.entries()) {
    for (let last = 0; last < strokes.length; last++) {
      for (let end = 1; end <= strokes[last].length; end += 4) {
        const grown = [...strokes.slice(0, last), strokes[last].slice(0, end)];
        compare(grown, `drawing ${number}, stroke ${last}, point ${end}`);
      }
    }
    for (let left = strokes.length; left > 0; left--) {
      compare(strokes.slice(0, left), `drawing ${number}, undone to ${left}`);
    }
  }
  return { different, compared };
}
"""


def test_a_drawing_that_grew_has_the_pixels_of_one_drawn_at_once(page: Page, service: RunningService) -> None:
    drawings = [d for d in drawings_from("pendigits-train.ndjson.gz", 100) if len(d.strokes) > 1][:12]
    open_page(page, service.url)

    result = page.evaluate(GROW, [strokes_to_json(d.strokes) for d in drawings])

    assert result["compared"] > 100
    assert result["different"] == []
