"""The examples that an operator gives for a set: drawings of a contributor that stands for all operators."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from collector.contribution.contribution import Contribution, Sample
from collector.contribution.contributor import OPERATOR
from collector.ink.drawing import Drawing, DrawingError, Stroke, cut_at_ink, fit_on_canvas, strokes_to_json
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH, draw_stages, encode_ink_png
from collector.spool.spool import Spool
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import ExampleDrawing, SymbolSet
from service.personal.own_drawings import OwnDrawing, OwnDrawings, pack_points

SOURCE, CONSENT = "operator", "operator"
LONGER_SIDE = 260.0  # px, on the page's canvas
INKS = tuple(step / 10 for step in range(1, 11))
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # examples of the definition: the first to give way to newer ones

_NAMESPACE = uuid.UUID("7b0f9c1e-52f0-4c0e-9a35-3f6f0f4f7c11")


class ExampleDrawings(OwnDrawings):
    """As `OwnDrawings`; to the operator's it adds the example drawings of the set's definition."""

    def __init__(self, spool: Spool, store: ObjectStore, symbols: Callable[[], SymbolSet]) -> None:
        super().__init__(spool, store)
        self._symbols = symbols

    def in_index(self, contributor: str) -> list[str]:
        listed = super().in_index(contributor)
        return [*listed, *self._defined()] if contributor == OPERATOR else listed

    def read(self, drawing: str, contributor: str) -> OwnDrawing | None:
        defined = self._defined().get(drawing) if contributor == OPERATOR else None
        return super().read(drawing, contributor) if defined is None else defined

    def exists(self, drawing: str) -> bool:
        return drawing in self._defined() or super().exists(drawing)

    def _defined(self) -> dict[str, OwnDrawing]:
        return {each.id: each for each in defined_examples(self._symbols())}


def defined_examples(symbols: SymbolSet) -> list[OwnDrawing]:
    """The example drawings of the definition; a changed one has another id."""
    return [
        _defined(symbols, place, each.example)
        for place, each in enumerate(symbols.classes)
        if each.example is not None and not each.is_retired
    ]


def _defined(symbols: SymbolSet, place: int, example: ExampleDrawing) -> OwnDrawing:
    points, starts = pack_points(example.strokes)
    shape = json.dumps([example.width, example.height, strokes_to_json(example.strokes)])
    name = str(uuid.uuid5(_NAMESPACE, f"{symbols.id}/{symbols.classes[place].id}/{shape}"))
    return OwnDrawing(name, place, points, starts, example.width, example.height, PEN_WIDTH, LONG_AGO, confirmed=True)


@dataclass(frozen=True, slots=True)
class GivenExample:
    """A drawing that the operator gives as an example of a class."""

    id: str
    place: int
    strokes: tuple[Stroke, ...]


def to_contribution(symbols: SymbolSet, given: GivenExample) -> Contribution:
    """The example on the page's canvas, with its samples, as a contribution.

    Raises:
        DrawingError: its numbers are too small or too large to be scaled.
    """
    fitted = fit_on_canvas(Drawing(given.id, given.strokes), LONGER_SIDE, (CANVAS_SIDE / 2, CANVAS_SIDE / 2))
    if not all(abs(p.x) < 4 * CANVAS_SIDE and abs(p.y) < 4 * CANVAS_SIDE for s in fitted.strokes for p in s.points):
        raise DrawingError("a drawing that can't be scaled to the canvas")
    stages = draw_stages(cut_at_ink(fitted, ink).strokes for ink in INKS)
    return Contribution(
        id=given.id,
        label=given.place,
        contributor="",  # stored under `OPERATOR`
        consent=CONSENT,
        width=CANVAS_SIDE,
        height=CANVAS_SIDE,
        pen_width=PEN_WIDTH,
        pointer="unknown",
        strokes=fitted.strokes,
        samples=tuple(Sample(ink, encode_ink_png(canvas)) for ink, canvas in zip(INKS, stages, strict=True)),
        confirmed=True,
        symbol_set=symbols.id,
        class_id=symbols.classes[given.place].id,
    )


def count_by_place(symbols: SymbolSet, drawings: Sequence[OwnDrawing]) -> list[int]:
    """The number of drawings of each place."""
    counts = [0] * len(symbols.classes)
    for drawing in drawings:
        if drawing.label < len(counts):
            counts[drawing.label] += 1
    return counts
