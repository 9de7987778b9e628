"""The page's own model and the service's 8-bit model of the same version read the same digits."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from collector.ink.drawing import Drawing
from collector.ink.encodings import decode_payload
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import pack_ink20
from infra.harness.champions import shipped_artifact
from tests.real_data import drawings_from
from tests.repository import ROOT
from training.models.browser_weights import browser_weights
from training.models.interpreter import Interpreter

READ_IN_JS = Path(__file__).with_name("softmax_digits.mjs")
FILES = ("pendigits-train.ndjson.gz", "pointer-events.ndjson.gz")
DRAWINGS = 400  # of each file
SAME = 0.995


def payload(drawing: Drawing) -> bytes:
    return pack_ink20(to_ink20_2(draw_strokes(drawing.strokes, 500, 500, 16)))


@pytest.mark.slow
def test_the_browsers_float_weights_read_the_digit_that_the_services_8_bit_model_reads(tmp_path: Path) -> None:
    artifact = shipped_artifact("softmax")
    (tmp_path / "weights.bin").write_bytes(browser_weights(artifact))
    payloads = [payload(drawing) for file in FILES for drawing in drawings_from(file, DRAWINGS)]
    service = Interpreter(artifact.model, "ink20")

    lines = "\n".join(base64.b64encode(one).decode() for one in payloads)
    command = [sys.executable, "-m", "infra.node", str(READ_IN_JS), str(tmp_path / "weights.bin")]
    in_browser = json.loads(
        subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True, check=True).stdout
    )

    in_service = [int(service.predict(inputs).argmax()) for one in payloads if (inputs := decode_payload("ink20", one))]
    assert len(in_service) == len(payloads)
    same = sum(a == b for a, b in zip(in_browser, in_service, strict=True)) / len(payloads)
    assert same >= SAME, f"{same:.2%} of {len(payloads)} drawings"
