"""Exported drawings as W3C InkML: a `traceGroup` each, with its annotations, its brush, and a `trace` for each stroke.

The standard: https://www.w3.org/TR/InkML/
"""

from __future__ import annotations

from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from collector.exchange.exported_drawing import ExportedDrawing, time_text
from collector.ink.drawing import Point, Stroke
from collector.symbols.symbol_set import SymbolSet

NAMESPACE = "http://www.w3.org/2003/InkML"
PART_DRAWINGS = 1000  # of one file: most readers load a document as a whole

_X, _Y = (f'<channel name="{name}" type="decimal" units="dev"/>' for name in "XY")
_T = '<channel name="T" type="decimal" units="ms"/>'
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<ink xmlns="{NAMESPACE}">
<definitions>
<traceFormat xml:id="xy">{_X}{_Y}</traceFormat>
<traceFormat xml:id="xyt">{_X}{_Y}{_T}</traceFormat>
<context xml:id="untimed" traceFormatRef="#xy"/>
<context xml:id="timed" traceFormatRef="#xyt"/>
</definitions>
"""


class InkmlWriter:
    """Writes one document, a drawing at a time."""

    def __init__(self, file: IO[bytes], symbols: SymbolSet) -> None:
        self._file = file
        self._symbols = symbols
        self._brushes: set[float] = set()
        self.drawings = 0
        self._write(_HEAD)

    def add(self, drawing: ExportedDrawing) -> None:
        if drawing.pen_width not in self._brushes:
            self._brushes.add(drawing.pen_width)
            self._write(_brush(drawing.pen_width))
        self._write(_group(drawing, self._symbols))
        self.drawings += 1

    def finish(self) -> None:
        self._write("</ink>\n")

    def _write(self, text: str) -> None:
        self._file.write(text.encode())


def _brush(width: float) -> str:
    width_property = f'<brushProperty name="width" value="{_decimal(width)}" units="dev"/>'
    return f'<definitions><brush xml:id="{_brush_id(width)}">{width_property}</brush></definitions>\n'


def _brush_id(width: float) -> str:
    return f"pen-{_decimal(width)}"


def _group(drawing: ExportedDrawing, symbols: SymbolSet) -> str:
    timed = any(p.t_ms is not None for stroke in drawing.strokes for p in stroke.points)
    annotations = {
        "key_id": drawing.id,
        "set": symbols.id,
        "label": drawing.label,
        "word": symbols.classes[symbols.places[drawing.label]].name,
        "split": drawing.split,
        "contributor": drawing.contributor,
        "timestamp": time_text(drawing.received_at),
        "verdict": drawing.verdict,
        "confirmed": str(drawing.confirmed).lower(),
        **({} if (p := drawing.prompt_probability) is None else {"prompt_probability": _decimal(p)}),
        "pointer": drawing.pointer,
        "width": str(drawing.width),
        "height": str(drawing.height),
        "source": drawing.source,
        "licence": drawing.licence,
        "consent": drawing.consent,
    }
    context = "timed" if timed else "untimed"
    head = f'<traceGroup xml:id="d-{drawing.id}" contextRef="#{context}" brushRef="#{_brush_id(drawing.pen_width)}">'
    notes = (f"<annotation type={quoteattr(name)}>{_text(text)}</annotation>" for name, text in annotations.items())
    traces = (f"<trace>{_points(stroke, timed)}</trace>" for stroke in drawing.strokes)
    return "\n".join((head, *notes, *traces, "</traceGroup>")) + "\n"


def _points(stroke: Stroke, timed: bool) -> str:
    return ", ".join(_point(point, timed) for point in stroke.points)


def _point(point: Point, timed: bool) -> str:
    time = (" ?" if point.t_ms is None else f" {_decimal(point.t_ms)}") if timed else ""
    return f"{_decimal(point.x)} {_decimal(point.y)}{time}"


def _decimal(number: float) -> str:
    """All digits that tell the number from its neighbours; InkML knows no exponents."""
    return str(int(number)) if number.is_integer() else format(Decimal(repr(number)), "f")


def _text(text: str) -> str:
    """XML can't hold most control characters, not even escaped."""
    allowed = (character if character >= " " and character not in "\ufffe\uffff" else " " for character in text)
    return escape("".join(allowed))
