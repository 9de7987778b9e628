"""Contributions as a page sends them, as many as are asked for; nothing is sent in here."""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.contribution.contribution import CONSENT_VERSION, Contribution
from collector.import_drawings import to_contribution
from collector.ink.drawing import Drawing, Point, Stroke, strokes_to_json
from infra.replay.script import Placing, read_script
from training.data.reference import reference_drawings
from training.data.stages import Line

DRAWINGS = 40  # different ones; each is handed in again and again under new ids
CONTRIBUTORS = 50
_ID, _TOKEN = "{id}", "{contributor}"


def contribution_texts(seed: int, files: Sequence[Path] = ()) -> Iterator[tuple[str, str]]:
    """Without end: a drawing's id, and the text message that hands it in."""
    rng = random.Random(seed)
    templates = [_template(to_contribution(drawing)) for drawing in drawings_of(files)]
    while True:
        drawing = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        token = f"soak-contributor-{rng.randrange(CONTRIBUTORS):04d}"
        yield drawing, rng.choice(templates).replace(_ID, drawing).replace(_TOKEN, token)


def drawings_of(files: Sequence[Path]) -> list[Drawing]:
    """A few labelled drawings of the files; without files, of those that the project draws itself."""
    if not files:
        return [_as_drawing(d.id, d.label, d.lines) for d in reference_drawings("replay")[:DRAWINGS]]
    each = -(-DRAWINGS // len(files))
    return [take.drawing for file in files for take in read_script(file, Placing(True, 1), each, validation_only=False)]


def _as_drawing(name: str, label: int, lines: Sequence[Line]) -> Drawing:
    strokes = (Stroke(tuple(Point(float(x), float(y)) for x, y in line)) for line in lines)
    return Drawing(name, tuple(strokes), label)


def _template(contribution: Contribution) -> str:
    """The message with places for id and contributor, made once: drawing its pictures costs more than sending it."""
    return json.dumps(
        {
            "type": "contribution",
            "id": _ID,
            "label": contribution.label,
            "contributor": _TOKEN,
            "consent": CONSENT_VERSION,
            "width": contribution.width,
            "height": contribution.height,
            "pen_width": contribution.pen_width,
            "pointer": "mouse",
            "strokes": strokes_to_json(contribution.strokes),
            "samples": [{"ink": s.ink, "png": base64.b64encode(s.png).decode()} for s in contribution.samples],
        }
    )
