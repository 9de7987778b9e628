"""Makes the vectors of `softmax`: snapshots, and what the shipped version's float weights predict for them.

`python tests/vectors/make_softmax.py` writes them anew, after another version of `softmax` was put into the package.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from collector.ink.drawing import Point, Stroke
from collector.ink.encodings import Inputs, decode_payload
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import pack_ink20
from infra.harness.champions import shipped_artifact
from training.data.generated.reference import reference_drawings
from training.data.stages import cut_lines
from training.families.recipes import FAMILIES
from training.learning.fitting.conversion import set_weights

HERE = Path(__file__).parent
STAGES = (0.15, 0.45, 0.75, 1.0)
DRAWINGS = 12


def main() -> None:
    artifact = shipped_artifact("softmax")
    model = next(family for family in FAMILIES if family.name == "softmax").build_model(10)
    set_weights(model, artifact.weights)
    vectors = [vector(model, payload) for payload in payloads()]
    lines = ",\n".join(json.dumps(one) for one in vectors)
    text = f'{{"model": "{artifact.card.version}", "vectors": [\n{lines}\n]}}\n'
    (HERE / "softmax.json").write_text(text, encoding="utf-8")


def payloads() -> Iterator[bytes]:
    """The snapshots of every canvas of `snapshot.json`, of both contracts, and of drawings at some of their stages."""
    for canvas in json.loads((HERE / "snapshot.json").read_text(encoding="utf-8")):
        for contract in ("ink20", "ink20/2"):
            yield base64.b64decode(canvas[contract])
    for drawing in reference_drawings("validation")[:: 100 // DRAWINGS][:DRAWINGS]:
        for stage in STAGES:
            strokes = tuple(Stroke(tuple(Point(x, y) for x, y in line)) for line in cut_lines(drawing.lines, stage))
            yield pack_ink20(to_ink20_2(draw_strokes(strokes, 500, 500, 16)))


def vector(model: Any, payload: bytes) -> dict[str, Any]:
    inputs = decode_payload("ink20", payload)
    if inputs is None:
        return {"payload": base64.b64encode(payload).decode(), "probabilities": [0.1] * 10, "doubt": 0.0}
    probabilities, doubt = float_prediction(model, inputs)
    return {"payload": base64.b64encode(payload).decode(), "probabilities": probabilities, "doubt": doubt}


def float_prediction(model: Any, inputs: Inputs) -> tuple[list[float], float]:
    """Ten probabilities and the doubt, by the weights before they are made 8 bits."""
    outputs = model(inputs)
    probabilities = [round(float(p), 7) for p in np.asarray(outputs["digits"])[0]]
    return probabilities, round(float(np.asarray(outputs["doubt"])[0, 0]), 7)


if __name__ == "__main__":
    main()
