"""Drawings at ten stages as arrays of 20x20 cells in a NumPy archive without pickles; the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from collector.exchange.exported_drawing import ExportedDrawing
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.ink20_2 import PLACE_SIDE, to_ink20_2
from collector.ink.raster import draw_stages
from collector.symbols.symbol_set import SymbolSet

STAGES = tuple(k / 10 for k in range(1, 11))
PART_DRAWINGS = 4096  # of one file: 17 MB of cells, which are in memory while it is written
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can express


class StageArrays:
    """Gathers drawings for one file."""

    def __init__(self, symbols: SymbolSet) -> None:
        self._symbols = symbols
        self._cells: list[NDArray[np.uint8]] = []
        self._places: list[list[tuple[int, ...]]] = []
        self._drawings: list[ExportedDrawing] = []

    def __len__(self) -> int:
        return len(self._drawings)

    def add(self, drawing: ExportedDrawing) -> None:
        snapshots = [to_ink20_2(canvas) for canvas in _canvases(drawing)]
        self._cells.append(np.stack([snapshot.cells for snapshot in snapshots]))
        self._places.append([snapshot.place.as_tuple() for snapshot in snapshots])
        # The strokes would take more memory than the cells.
        self._drawings.append(replace(drawing, strokes=()))

    def write(self, file: IO[bytes]) -> None:
        """All arrays: `docs/exchange.md` describes them."""
        count, stages = len(self._drawings), len(STAGES)
        ids = [each.id for each in self._symbols.classes]
        arrays: dict[str, NDArray[Any]] = {
            "cells": np.array(self._cells, np.uint8).reshape(count, stages, 20, 20),
            "place": np.array(self._places, np.uint16).reshape(count, stages, 6),
            "ink": np.array(STAGES, np.float32),
            "label": np.array([self._symbols.places[each.label] for each in self._drawings], np.uint8),
            "classes": np.array(ids, np.str_),
            "key_id": np.array([each.id for each in self._drawings], "U36"),
            "contributor": np.array([each.contributor for each in self._drawings], "U25"),
            "prompt_probability": np.array(
                [np.nan if each.prompt_probability is None else each.prompt_probability for each in self._drawings],
                np.float64,
            ),
            "verdict": np.array([each.verdict for each in self._drawings], "U8"),
            "pointer": np.array([each.pointer for each in self._drawings], "U16"),
        }
        write_arrays(file, arrays)


def write_arrays(file: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """An archive of these arrays; the same bytes each time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in arrays.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(entry, body.getvalue())


def _canvases(drawing: ExportedDrawing) -> list[NDArray[np.uint8]]:
    """The canvas at each stage, its longer side 500 px: small ones lose nothing, large ones cost no more."""
    scale = PLACE_SIDE / max(drawing.width, drawing.height)
    width, height = (max(1, round(side * scale)) for side in (drawing.width, drawing.height))
    strokes = tuple(Stroke(tuple(Point(p.x * scale, p.y * scale) for p in stroke.points)) for stroke in drawing.strokes)
    whole = Drawing(drawing.id, strokes)
    cuts = (cut_at_ink(whole, ink).strokes for ink in STAGES)
    return list(draw_stages(cuts, width, height, drawing.pen_width * scale))
