"""Reads drawings from W3C InkML as a stream; a document type, an entity or an oversized part is refused.

A drawing is a `traceGroup` directly in `ink`, or all traces directly in `ink` together. Traces may have any channels,
in absolute values or differences; what is not X, Y or T is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from collector.exchange.inkml_trace import TraceFormat, read_points
from collector.ink.drawing import DrawingError, Stroke

DEPTH_MAX = 32
TRACE_CHARACTERS_MAX = 2 * 2**20
ANNOTATION_CHARACTERS_MAX = 4096
ANNOTATIONS_MAX = 64  # of a drawing
DEFINITIONS_MAX = 4096  # formats, contexts and brushes of a document
TOKEN_BYTES_MAX = 4 * 2**20  # of a tag or comment: the parser holds it in memory
STROKES_MAX = 4096  # of a drawing
TIME_UNITS = {"": 1.0, "ms": 1.0, "s": 1000.0, "us": 0.001}

_XML_ID = "http://www.w3.org/XML/1998/namespace id"


class BadInkml(DrawingError):
    """The bytes are no InkML, or hold what is not read; nothing behind this place is."""


@dataclass(slots=True)
class InkmlDrawing:
    """A drawing as a document describes it; `pen_width` by its brush."""

    annotations: dict[str, str] = field(default_factory=dict)
    strokes: list[Stroke] = field(default_factory=list)
    pen_width: float | None = None
    error: DrawingError | None = None  # a trace that can't be read costs its drawing alone


def read_inkml(chunks: Iterable[bytes]) -> Iterator[InkmlDrawing]:
    """The document's drawings in order, each as soon as it has ended.

    Raises:
        BadInkml: not well-formed, not InkML, or refused; the message says what came.
    """
    document = _Document()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    # No document type, so no entities: neither bombs of nested ones nor files of this machine.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.ExternalEntityRefHandler = _refuse_doctype
    given = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - max(parser.CurrentByteIndex, 0) > TOKEN_BYTES_MAX:
                raise BadInkml(f"a tag or comment of more than {TOKEN_BYTES_MAX} bytes")
            yield from document.take()
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, DrawingError):
            raise
        # An encoding that Python has no table for, or that takes several bytes a character, is a ValueError.
        raise BadInkml(f"not well-formed XML: {error}") from error
    yield from document.take()


def _refuse_doctype(*_: object) -> NoReturn:
    raise BadInkml("a document type declaration, expected none: entities are not read")


class _Document:
    """Follows the elements; finished drawings wait in `_done`."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._done: list[InkmlDrawing] = []
        self._loose = InkmlDrawing()  # of the traces directly in `ink`
        self._group: InkmlDrawing | None = None
        self._formats: dict[str, TraceFormat] = {}
        self._contexts: dict[str, TraceFormat] = {}
        self._brushes: dict[str, float] = {}
        self._default = TraceFormat()
        self._group_format: TraceFormat | None = None
        self._attributes: list[Mapping[str, str]] = []
        self._channels: list[tuple[str, str]] = []  # names and units of the format being read
        self._optional = 0
        self._read_format: TraceFormat | None = None  # the last traceFormat that ended, for the context around it
        self._brush_width: float | None = None
        self._text: list[str] = []
        self._characters = 0

    def take(self) -> list[InkmlDrawing]:
        done, self._done = self._done, []
        return done

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(" ")[2]
        if not self._path and name != "ink":
            raise BadInkml(f"the document is {name[:40]!r}, expected ink")
        if len(self._path) >= DEPTH_MAX:
            raise BadInkml(f"elements {DEPTH_MAX} deep, expected fewer")
        self._path.append(name)
        self._attributes.append(attributes)
        self._text, self._characters = [], 0
        if name == "traceGroup" and len(self._path) == 2:
            self._group = InkmlDrawing(pen_width=self._brush(attributes))
            self._group_format = self._format(attributes)
        elif name == "traceFormat":
            self._channels, self._optional = [], 0
        elif name == "channel" and len(self._channels) < DEPTH_MAX:
            self._channels.append((attributes.get("name", ""), attributes.get("units", "")))
            self._optional += "intermittentChannels" in self._path
        elif name == "brushProperty" and attributes.get("name") == "width":
            self._brush_width = _width(attributes)
        elif name == "context":
            self._read_format = None

    def text(self, text: str) -> None:
        inner = self._path[-1]
        if inner not in ("trace", "annotation"):
            return
        self._characters += len(text)
        if self._characters > (TRACE_CHARACTERS_MAX if inner == "trace" else ANNOTATION_CHARACTERS_MAX):
            raise BadInkml(f"a {inner} of more than {self._characters - 1} characters")
        self._text.append(text)

    def end(self, _qualified: str) -> None:
        name, attributes = self._path.pop(), self._attributes.pop()
        match name:
            case "trace":
                self._add_trace(attributes)
            case "annotation":
                self._annotate(attributes)
            case "traceGroup" if len(self._path) == 1 and self._group is not None:
                self._finish(self._group)
                self._group = self._group_format = None
            case "traceFormat":
                self._add_format(attributes)
            case "context":
                self._add_context(attributes)
            case "brush":
                self._define(self._brushes, attributes, self._brush_width)
                self._brush_width = None
            case "ink":
                self._finish(self._loose)

    def _finish(self, drawing: InkmlDrawing) -> None:
        if drawing.strokes or drawing.error is not None:
            self._done.append(drawing)

    @property
    def _current(self) -> InkmlDrawing:
        return self._loose if self._group is None else self._group

    def _annotate(self, attributes: Mapping[str, str]) -> None:
        # Annotations of inner elements (a trace, a nested group) are not about the drawing.
        if self._path[-1] not in ("ink", "traceGroup") or len(self._path) != (1 if self._group is None else 2):
            return
        if len(self._current.annotations) < ANNOTATIONS_MAX:
            self._current.annotations.setdefault(attributes.get("type", "")[:100], "".join(self._text).strip())

    def _add_trace(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("type") == "penUp":
            return
        drawing = self._current
        if drawing.pen_width is None:
            drawing.pen_width = self._brush(attributes)
        if len(drawing.strokes) >= STROKES_MAX:
            raise BadInkml(f"a drawing of more than {STROKES_MAX} traces")
        form = self._format(attributes) or self._group_format or self._default
        try:
            points = read_points("".join(self._text), form)
        except DrawingError as error:
            drawing.error = drawing.error or error
            return
        if attributes.get("continuation") in ("middle", "end") and drawing.strokes:
            points = [*drawing.strokes.pop().points, *points]
        drawing.strokes.append(Stroke(tuple(points)))

    def _add_format(self, attributes: Mapping[str, str]) -> None:
        names = tuple(name for name, _ in self._channels)
        units = dict(self._channels).get("T", "")
        if units not in TIME_UNITS:
            raise BadInkml(f"times in {units[:40]!r}, expected ms, s or us")
        form = TraceFormat(names or ("X", "Y"), self._optional, TIME_UNITS[units])
        self._define(self._formats, attributes, form)
        self._read_format = form
        if self._path == ["ink"]:
            self._default = form

    def _add_context(self, attributes: Mapping[str, str]) -> None:
        form = self._read_format or self._formats.get(_name(attributes, "traceFormatRef")) or self._format(attributes)
        if form is not None:
            self._define(self._contexts, attributes, form)
            if self._path == ["ink"]:
                self._default = form
        brush = self._brush(attributes) or self._brush_width
        self._define(self._brushes, attributes, brush)

    def _format(self, attributes: Mapping[str, str]) -> TraceFormat | None:
        return self._contexts.get(_name(attributes, "contextRef"))

    def _brush(self, attributes: Mapping[str, str]) -> float | None:
        by_brush = self._brushes.get(_name(attributes, "brushRef"))
        return by_brush if by_brush is not None else self._brushes.get(_name(attributes, "contextRef"))

    def _define(
        self, among: dict[str, TraceFormat] | dict[str, float], attributes: Mapping[str, str], value: object
    ) -> None:
        name = attributes.get(_XML_ID, "")
        if name and value is not None:
            if len(among) >= DEFINITIONS_MAX:
                raise BadInkml(f"more than {DEFINITIONS_MAX} definitions of one kind")
            among[name] = value  # type: ignore[assignment]  # the caller pairs them


def _name(attributes: Mapping[str, str], reference: str) -> str:
    """The id that a reference within the document names; empty where there is none."""
    return attributes.get(reference, "").removeprefix("#")


def _width(attributes: Mapping[str, str]) -> float | None:
    if attributes.get("units", "dev") not in ("dev", "px", ""):
        return None
    try:
        return float(attributes.get("value", ""))
    except ValueError:
        return None
