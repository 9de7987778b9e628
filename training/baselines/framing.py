"""Frames the project's drawings as each ancestor's source did: the canvas at every stage, reduced its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.drawing import Point, Stroke
from collector.ink.raster import draw_stages
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing
from training.data.stages import cut_lines, thin

Framing = Literal["whole50", "whole20", "box28", "box8"]
Cells = NDArray[np.uint8]

BOX28_INK = 20  # MNIST: the ink's longer side, px of 28; its centre of mass in the middle
LEVELS = 16  # load_digits: each cell counts the inked ones among 4x4


@dataclass(frozen=True, slots=True)
class Framed:
    """Drawings as one framing shows them at 10, 20 ... 100 % of their ink."""

    cells: dict[Framing, Cells]  # (drawings, stages, cells)
    labels: NDArray[np.int64]  # (drawings,)

    def finished(self, framing: Framing) -> tuple[Cells, NDArray[np.int64]]:
        return self.cells[framing][:, -1], self.labels

    def every_stage(self, framing: Framing) -> tuple[Cells, NDArray[np.int64]]:
        cells = self.cells[framing]
        return cells.reshape(-1, cells.shape[2]), np.repeat(self.labels, cells.shape[1])


def frame_drawings(drawings: Iterable[LabelledDrawing]) -> Framed:
    cells: dict[Framing, list[Cells]] = {name: [] for name in FRAMINGS}
    labels = []
    for drawing in drawings:
        pictures = list(_pictures(drawing))
        for name, frame in FRAMINGS.items():
            cells[name].append(np.stack([frame(picture).reshape(-1) for picture in pictures]))
        labels.append(drawing.label)
    return Framed({name: np.stack(rows) for name, rows in cells.items()}, np.array(labels, np.int64))


def _pictures(drawing: LabelledDrawing) -> Iterator[Image.Image]:
    """The canvas at each evaluation stage; ink is 255."""
    # Tablets report points far closer than a pen can show.
    lines = [thin(line) for line in drawing.lines]
    stages = [_strokes(cut_lines(lines, ink)) for ink in EVALUATION_STAGES]
    canvas = drawing.canvas
    for picture in draw_stages(stages, canvas.width, canvas.height, canvas.pen_width):
        yield Image.fromarray(255 - picture)


def _strokes(lines: Sequence[NDArray[np.float64]]) -> list[Stroke]:
    return [Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in lines]


def whole50(picture: Image.Image) -> Cells:
    """The whole canvas as 50x50; 10-fold for 500x500."""
    return _whole(picture, 50)


def whole20(picture: Image.Image) -> Cells:
    """The whole canvas as 20x20: `skimage.transform.downscale_local_mean` by 25, rounded to 8 bits. No crop."""
    return _whole(picture, 20)


def _whole(picture: Image.Image, side: int) -> Cells:
    block = -(-max(picture.size) // side)
    return np.asarray(picture.crop((0, 0, side * block, side * block)).reduce(block))


def box28(picture: Image.Image) -> Cells:
    """As MNIST is framed: the ink's longer side 20 of 28 px, its centre of mass in the middle."""
    box = _box(picture)
    scale = BOX28_INK / max(box[2] - box[0], box[3] - box[1])
    size = max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale))
    ink = np.asarray(picture.resize(size, Image.Resampling.BILINEAR, box=box))
    framed = np.zeros((28, 28), np.uint8)
    top, left = _corner(ink.sum(axis=1), ink.shape[0]), _corner(ink.sum(axis=0), ink.shape[1])
    framed[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return framed


def _corner(mass: NDArray[np.uint64], size: int) -> int:
    """The ink's offset along one side when its mass is centred, as far as it stays inside."""
    centre = float((mass * (np.arange(size) + 0.5)).sum() / max(1, int(mass.sum())))
    return int(np.clip(round(14 - centre), 0, 28 - size))


def box8(picture: Image.Image) -> Cells:
    """As scikit-learn's digits are framed: a square about the ink as 8x8 cells of 0 to 16."""
    left, top, right, bottom = _box(picture)
    side = max(right - left, bottom - top)
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    # Cropped first: what lies outside the canvas is paper, which a resize's own box may not name.
    square = picture.crop((x, y, x + side, y + side)).resize((8, 8), Image.Resampling.BOX)
    return np.asarray(np.rint(np.asarray(square, np.float64) * (LEVELS / 255)), np.uint8)


def _box(picture: Image.Image) -> tuple[int, int, int, int]:
    return picture.getbbox() or (0, 0, *picture.size)


FRAMINGS: dict[Framing, Callable[[Image.Image], Cells]] = {
    "whole50": whole50,
    "whole20": whole20,
    "box28": box28,
    "box8": box8,
}
