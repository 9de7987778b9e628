"""Accuracy of models on pictures of each kind, read as the service reads a PNG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.encodings import Inputs
from infra.pictures.kinds import KINDS, Kind, encode
from service.inference.inputs import make_inputs
from service.wire.messages import Frame
from training.data.dataset import LabelledDrawing, rng_of
from training.data.stages import drawn_canvases
from training.models.interpreter import Interpreter

MNIST_SIDES = (28, 56, 280)


@dataclass(frozen=True, slots=True)
class Score:
    """One model's accuracy on pictures of one kind, by stage."""

    family: str
    kind: str
    pictures: int  # of each stage
    accuracy: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.accuracy) / len(self.accuracy)

    def to_record(self) -> dict[str, object]:
        return {"family": self.family, "kind": self.kind, "pictures": self.pictures, "accuracy": list(self.accuracy),
                "mean": self.mean}  # fmt: skip


def drawing_scores(
    drawings: Sequence[LabelledDrawing],
    models: Mapping[str, Interpreter],
    stages: Sequence[float],
    kinds: Mapping[str, Kind] = KINDS,
) -> Iterator[Score]:
    """Scores of every model on every kind; each drawing's pictures are equal in every run."""
    canvases = [list(drawn_canvases(drawing.lines, drawing.canvas, stages)) for drawing in drawings]
    for name, kind in kinds.items():
        right = {family: np.zeros(len(stages)) for family in models}
        for drawing, pictures in zip(drawings, canvases, strict=True):
            for stage, canvas in enumerate(pictures):
                png = encode(kind(canvas, rng_of(f"{name}/{drawing.id}")))
                for family, digit in _digits(png, models).items():
                    right[family][stage] += digit == drawing.label
        for family, counts in right.items():
            yield Score(family, name, len(drawings), tuple((counts / len(drawings)).tolist()))


def mnist_scores(file: Path, most: int, models: Mapping[str, Interpreter]) -> Iterator[Score]:
    """Scores on the first pictures of MNIST's test set, `x_test` (n, 28, 28) and `y_test` of an npz file."""
    with np.load(file) as data:
        images, labels = data["x_test"][:most], data["y_test"][:most]
    for side in MNIST_SIDES:
        for polarity in ("white on black", "black on white"):
            right = dict.fromkeys(models, 0)
            for image, label in zip(images, labels, strict=True):
                png = encode(_resized(image if polarity == "white on black" else 255 - image, side))
                for family, digit in _digits(png, models).items():
                    right[family] += digit == label
            for family, count in right.items():
                yield Score(family, f"MNIST {side}x{side}, {polarity}", len(images), (count / len(images),))


def _resized(image: NDArray[np.uint8], side: int) -> Image.Image:
    return Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)


def _digits(png: bytes, models: Mapping[str, Interpreter]) -> dict[str, int]:
    """Each model's guess; -1 where the picture has no ink."""
    inputs: Inputs | None = make_inputs(Frame("png", png), ["ink20"])["ink20"]
    if inputs is None:
        return dict.fromkeys(models, -1)
    return {family: int(model.predict(inputs).argmax()) for family, model in models.items()}
