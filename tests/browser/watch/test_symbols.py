"""Own symbols on the page: recognised while they are drawn, from the third example of each on."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import answered, draw_stroke, keep_label, open_page
from tests.running import RunningService

pytestmark = pytest.mark.browser

NAMES = {"circle": "Circle", "stairs": "<b>Stairs</b>", "spring": "Spring ♯"}


def circle(grown: float) -> Stroke:
    angles = [2 * math.pi * k / 24 for k in range(25)]
    return Stroke(tuple(Point(250 + 110 * grown * math.sin(a), 250 - 120 * grown * math.cos(a)) for a in angles))


def stairs(grown: float) -> Stroke:
    corners = [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]
    return Stroke(tuple(Point(130 + 75 * grown * x, 140 + 70 * grown * y) for x, y in corners))


def spring(grown: float) -> Stroke:
    turns = [k / 6 for k in range(31)]
    return Stroke(
        tuple(Point(110 + 9 * k * grown, 250 + 90 * grown * math.sin(math.pi * t * 1.6)) for k, t in enumerate(turns))
    )


SHAPES = {"circle": circle, "stairs": stairs, "spring": spring}


def create_set(folder: Path) -> None:
    file = folder / "shapes.json"
    classes = [{"id": class_id, "name": name} for class_id, name in NAMES.items()]
    file.write_text(json.dumps({"id": "shapes", "name": "Shapes", "classes": classes}))
    env = {**os.environ, "MIDSTROKE_VAR": str(folder / "var")}
    subprocess.run([sys.executable, "-m", "service", "symbols", "create", str(file)], env=env, check=True, timeout=60)


def wait_for_set(url: str) -> None:
    """The running service finds the set within seconds."""
    for _ in range(100):
        with urllib.request.urlopen(f"{url}/sets", timeout=10) as answer:
            if "shapes" in [each["id"] for each in json.load(answer)]:
                return
        time.sleep(0.2)
    pytest.fail("the service does not serve the set")


def begun(stroke: Stroke, share: float) -> Stroke:
    return Stroke(stroke.points[: max(2, round(share * len(stroke.points)))])


def test_three_shapes_are_recognised_live_after_three_examples_of_each(
    page: Page, service: RunningService, tmp_path: Path
) -> None:
    create_set(tmp_path)
    wait_for_set(service.url)
    open_page(page, f"{service.url}/s/shapes/#contribute")
    expect(page).to_have_title(re.compile("^Shapes"))
    expect(page.locator("#bars li")).to_have_count(3)
    expect(page.locator("#bars .learning")).to_have_count(3)
    page.locator("#agree").click()
    places = list(NAMES)

    for number in range(9):
        asked = places[int(page.locator("#asked").get_attribute("data-digit") or "")]
        expect(page.locator("#asked-digit")).to_have_text(NAMES[asked])
        draw_stroke(page, SHAPES[asked](0.9 + 0.03 * number))
        page.locator("#done").click()
        keep_label(page)
        expect(answered(page)).to_have_count(number + 1)

    expect(page.locator("#bars .learning")).to_have_count(0)
    page.locator("#mode-watch").click()
    for place, (name, shape) in enumerate(SHAPES.items()):
        for share in (0.6, 1.0):
            page.locator("#clear").click()
            draw_stroke(page, begun(shape(1.1), share))
            expect(page.locator("#guess")).to_have_attribute("data-digit", str(place))
        expect(page.locator("#guess-digit")).to_have_text(NAMES[name])
    assert page.locator("#bars b, #guess b").count() == 0  # names are text
