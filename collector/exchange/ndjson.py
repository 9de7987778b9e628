"""One JSON object a line with the fields of Google's Quick, Draw! data set, and Midstroke's own behind them.

The format of Quick, Draw!: https://github.com/googlecreativelab/quickdraw-dataset
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from collector.exchange.exported_drawing import ExportedDrawing, time_text
from collector.ink.drawing import Stroke
from collector.symbols.symbol_set import SymbolSet


def to_line(drawing: ExportedDrawing, symbols: SymbolSet) -> bytes:
    """The drawing's line with its newline; the same bytes each time."""
    record: dict[str, Any] = {
        "word": symbols.classes[symbols.places[drawing.label]].name,
        "countrycode": "",  # never known here
        "timestamp": time_text(drawing.received_at),
        "recognized": drawing.verdict == "accepted",
        "key_id": drawing.id,
        "drawing": [stroke_columns(stroke) for stroke in drawing.strokes],
        "set": symbols.id,
        "label": int(drawing.label) if symbols.is_digits else drawing.label,
        "contributor": drawing.contributor,
        "split": drawing.split,
        "pointer": drawing.pointer,
        "width": drawing.width,
        "height": drawing.height,
        "pen_width": plain(drawing.pen_width),
        "confirmed": drawing.confirmed,
        "prompt_probability": drawing.prompt_probability,
        "source": drawing.source,
        "licence": drawing.licence,
        "consent": drawing.consent,
    }
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def stroke_columns(stroke: Stroke) -> list[list[float | None]]:
    """`[[x, ...], [y, ...], [t_ms, ...]]`; without the last where no point has a time."""
    columns: list[list[float | None]] = [[plain(p.x) for p in stroke.points], [plain(p.y) for p in stroke.points]]
    times = [None if p.t_ms is None else plain(p.t_ms) for p in stroke.points]
    return columns if not _any_time(times) else [*columns, times]


def plain(number: float) -> float:
    """Whole numbers without their `.0`, which makes files a fifth smaller."""
    return int(number) if number.is_integer() else number


def _any_time(times: Sequence[float | None]) -> bool:
    return any(time is not None for time in times)
