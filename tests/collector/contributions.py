"""Contributions for tests, small and whole, as values and as the JSON a page sends."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from collector.contribution.consent import CONSENT_VERSION
from collector.contribution.contribution import Contribution, parse_contribution
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.raster import draw_strokes, encode_ink_png

TOKEN = "a-browser-of-tests"
SIDE = 40
STROKE = Stroke((Point(5, 5, 0), Point(20.5, 30, 16), Point(35, 35, 40)))
PNG = encode_ink_png(draw_strokes([STROKE], SIDE, SIDE, 3))
INKS = tuple((step + 1) / 8 for step in range(8))
STAGES = tuple(
    encode_ink_png(draw_strokes(cut_at_ink(Drawing("", (STROKE,)), ink).strokes, SIDE, SIDE, 3)) for ink in INKS
)


def contribution_record(**changes: Any) -> dict[str, Any]:
    """A page's contribution, with some fields changed."""
    record = {
        "id": str(uuid.uuid4()),
        "label": 7,
        "contributor": TOKEN,
        "consent": CONSENT_VERSION,
        "width": SIDE,
        "height": SIDE,
        "pen_width": 3,
        "pointer": "pen",
        "strokes": [[[p.x, p.y, p.t_ms] for p in STROKE.points]],
        "samples": [sample_record(ink, png) for ink, png in zip(INKS, STAGES, strict=True)],
    }
    return record | changes


def sample_record(ink: float, png: bytes = PNG) -> dict[str, Any]:
    return {"ink": ink, "png": base64.b64encode(png).decode()}


def make_contribution(**changes: Any) -> Contribution:
    return parse_contribution(contribution_record(**changes))
