"""Fakes: models with a fixed prediction, a store that is down, a contribution."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink, strokes_to_json
from collector.ink.encodings import Encoding, Inputs
from collector.ink.raster import draw_strokes, encode_png
from collector.storage.object_store import StoreError
from service.inference.predictor import Predictor
from training.models.card import Card, Metrics, Thresholds, TrainedOn

TOKEN = "a-browsers-random-token"
SEVEN = (Stroke((Point(150, 120, 0), Point(350, 120, 90), Point(220, 400, 240))),)


class FakeInterpreter:
    """Always predicts one digit, with the same doubt."""

    embeds = False

    def __init__(self, digit: int, doubt: float | None) -> None:
        self._digit = digit
        self._doubt = doubt

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        return np.eye(10, dtype=np.float32)[self._digit]

    def doubt(self) -> float | None:
        return self._doubt

    def embedding(self) -> None:
        return None


def fake_predictor(
    family: str,
    encoding: Encoding,
    mean: float = 0.5,
    digit: int = 7,
    doubt: float | None = None,
    thresholds: Thresholds | None = None,
) -> Predictor:
    card = Card(
        family=family,
        version="20261121T034500Z-1f2e3d",
        created_at="2026-11-21T03:45:00Z",
        encoding=encoding,
        files={},
        metrics=Metrics("nobody", 1, (1.0,), (mean,), mean, mean, mean, (mean,) * 10, 1.0),
        trained_on=TrainedOn(1, 1, {}, ()),
        golden=(),
        thresholds=thresholds,
    )
    return Predictor(card, FakeInterpreter(digit, doubt))  # type: ignore[arg-type]


class DownStore:
    """A store that can't be reached until `store` is set."""

    def __init__(self) -> None:
        self.store: Any = None

    def put(self, key: str, body: bytes) -> None:
        self._reach().put(key, body)

    def get(self, key: str) -> bytes:
        return self._reach().get(key)

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        return self._reach().keys(prefix, after)

    def delete(self, key: str) -> None:
        self._reach().delete(key)

    def _reach(self) -> Any:
        if self.store is None:
            raise StoreError("no route to host")
        return self.store


@cache
def _samples() -> tuple[tuple[float, str], ...]:
    """The ink and the PNG of each; drawn once, for it takes 25 ms and every test contributes the same drawing."""
    pngs = (
        (step / 8, encode_png(draw_strokes(cut_at_ink(Drawing("", SEVEN), step / 8).strokes))) for step in range(1, 9)
    )
    return tuple((ink, base64.b64encode(png).decode()) for ink, png in pngs)


def contribution_record(**changes: Any) -> dict[str, Any]:
    """A contribution as a page sends it, without `type`."""
    record = {
        "id": str(uuid.uuid4()),
        "label": 7,
        "contributor": TOKEN,
        "consent": "2026-11-1",
        "width": 500,
        "height": 500,
        "pen_width": 16,
        "pointer": "pen",
        "strokes": strokes_to_json(SEVEN),
        "samples": [{"ink": ink, "png": png} for ink, png in _samples()],
    }
    return {**record, **changes}
