"""Packs the weights of a `softmax` version into one file, with which a browser predicts without the service.

The file: `MSW1`, the header's length as u32, the header (JSON, padded with spaces to a multiple of 4 bytes), then the
arrays as float32; all numbers little-endian.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.models.artifact import Artifact, read_weights
from training.models.card import CLASSES

FAMILY = "softmax"
BROWSER_WEIGHTS = "weights.bin"
MAGIC = b"MSW1"
FORMAT = 1
FEATURES = (
    "ink-features/1"  # the formulas of `architectures/ink_features.py`, of which `frontend/js/offline/` has a copy
)
# Of each pair of gates and parts: how many parts, how many gates.
PAIRS = ((800, 8), (32, 8), (100, 8), (72, 36), (3600, 4))
GOLDEN = 8  # predictions by which the browser checks its own, at most


class NotForBrowsers(ValueError):
    """The version can't predict in a browser; the message says why."""


def browser_weights(artifact: Artifact) -> bytes:
    """The version's weights as a browser reads them.

    Raises:
        NotForBrowsers: another family, or weights of other features.
        BadArtifact: the weights can't be read.
    """
    card = artifact.card
    if card.family != FAMILY or card.encoding != "ink20":
        raise NotForBrowsers(f"{card.family} of {card.encoding}, expected {FAMILY} of ink20")
    arrays = _ordered(read_weights(artifact.weights))
    header: dict[str, Any] = {
        "format": FORMAT,
        "features": FEATURES,
        "family": card.family,
        "model": card.version,
        "contract": card.contract,
        "outputs": arrays[-1].size,
        "thresholds": None,
        "golden": [
            {"payload": base64.b64encode(golden.payload).decode(), "probabilities": list(golden.probabilities)}
            for golden in card.golden[:GOLDEN]
        ],
    }
    if card.thresholds is not None:
        header["thresholds"] = {"unsure": card.thresholds.unsure, "settled": card.thresholds.settled}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    body = b"".join(array.astype("<f4").tobytes() for array in arrays)
    return MAGIC + struct.pack("<I", len(text)) + text + body


def _ordered(weights: Mapping[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """The kernels in order and the bias, whose names begin with a number: `000_kernel_0` ... `005_bias`."""
    arrays = [weights[name] for name in sorted(weights) if re.match(r"\d{3}_", name)]
    came = [array.shape for array in arrays]
    outputs = arrays[-1].size if arrays else 0
    expected = [(parts, gates * outputs) for parts, gates in PAIRS] + [(outputs,)]
    if outputs not in (CLASSES, CLASSES + 1) or came != expected:
        raise NotForBrowsers(f"weights {came}, expected those of {FEATURES} with {CLASSES} or {CLASSES + 1} outputs")
    return arrays
