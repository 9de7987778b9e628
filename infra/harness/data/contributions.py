"""Contributions as the page sends them, without end. Sends nothing."""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.contribution.consent import CONSENT_VERSION
from collector.contribution.contribution import Contribution
from collector.import_drawings import to_contribution
from collector.ink.drawing import strokes_to_json
from infra.harness.data.drawings import drawings_of

DRAWINGS = 40  # different ones; each is sent again and again under new ids
CONTRIBUTORS = 50
_ID, _TOKEN = "{id}", "{contributor}"


def contribution_texts(seed: int, files: Sequence[Path] = ()) -> Iterator[tuple[str, str]]:
    """Yields a drawing's id and the text message that contributes it."""
    rng = random.Random(seed)
    templates = [_template(to_contribution(drawing)) for drawing in drawings_of(files, DRAWINGS)]
    while True:
        drawing = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        token = f"soak-contributor-{rng.randrange(CONTRIBUTORS):04d}"
        yield drawing, rng.choice(templates).replace(_ID, drawing).replace(_TOKEN, token)


def _template(contribution: Contribution) -> str:
    """The message without id and contributor, made once: drawing its pictures costs more than sending it."""
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
