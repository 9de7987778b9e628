"""Three shapes of a symbol set, as strokes on the page's canvas, and the set on a running service."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from collector.ink.drawing import Point, Stroke

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


def create_set(var: Path) -> None:
    """Creates the set `shapes` in the store of the service whose folder this is."""
    file = var.parent / "shapes.json"
    classes = [{"id": class_id, "name": name} for class_id, name in NAMES.items()]
    file.write_text(json.dumps({"id": "shapes", "name": "Shapes", "classes": classes}))
    env = {**os.environ, "MIDSTROKE_VAR": str(var)}
    subprocess.run([sys.executable, "-m", "service", "symbols", "create", str(file)], env=env, check=True, timeout=60)


def wait_for_set(url: str) -> None:
    """The running service finds the set within seconds."""
    for _ in range(100):
        with urllib.request.urlopen(f"{url}/sets", timeout=10) as answer:
            if "shapes" in [each["id"] for each in json.load(answer)]:
                return
        time.sleep(0.2)
    pytest.fail("the service does not serve the set")
