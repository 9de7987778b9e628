"""Files of other programs are read, and hostile ones refused in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collector.exchange.read_file import LINE_BYTES_MAX, read_file
from collector.exchange.recorded_drawing import RecordedDrawing
from collector.ink.drawing import DrawingError, Point
from collector.symbols.symbol_set import DIGITS, SymbolClass, SymbolSet

SHAPES = SymbolSet("shapes", "Shapes", (SymbolClass("circle", "Circle"), SymbolClass("star", "Five-pointed star")))
HEAD = '<?xml version="1.0"?><ink xmlns="http://www.w3.org/2003/InkML">'


def read(path: Path, body: bytes, symbols: SymbolSet = DIGITS) -> list[RecordedDrawing | DrawingError]:
    path.write_bytes(body)
    return list(read_file(path, symbols))


def one(path: Path, body: bytes, symbols: SymbolSet = DIGITS) -> RecordedDrawing:
    (found,) = read(path, body, symbols)
    assert isinstance(found, RecordedDrawing), found
    return found


def points(found: RecordedDrawing) -> list[list[Point]]:
    return [list(stroke.points) for stroke in found.drawing.strokes]


@pytest.mark.parametrize(("word", "place"), [("circle", 0), ("Five-pointed star", 1), ("STAR", 1)])
def test_quick_draws_own_lines_are_read_by_their_word(tmp_path: Path, word: str, place: int) -> None:
    line = {
        "word": word, "countrycode": "VE", "timestamp": "2017-03-02 23:25:10.07453 UTC", "recognized": True,
        "key_id": "5201136883597312", "drawing": [[[130, 113.5], [72, 50], [0, 16]], [[7], [8]]],
    }  # fmt: skip

    found = one(tmp_path / "circle.ndjson", json.dumps(line).encode(), SHAPES)

    assert (found.drawing.id, found.drawing.label, found.frame) == ("5201136883597312", place, None)
    assert points(found) == [[Point(130, 72, 0), Point(113.5, 50, 16)], [Point(7, 8)]]


@pytest.mark.parametrize(
    "fields",
    [
        {"word": "cat"},
        {"word": None},
        {"drawing": [[[1, 2], [3]]]},
        {"drawing": [[1, 2]]},
        {"drawing": "x"},
        {"drawing": [[[1], [float("nan")]]]},
        {"label": "circle", "set": "digits"},
        {"label": 0},
        {"width": 40, "height": 40, "pen_width": 1e9},
        {"width": -1, "height": 40, "pen_width": 3},
        {"key_id": "\ud800"},
        {"drawing": [[[1] * 9000, [1] * 9000]]},
    ],
)
def test_a_line_that_does_not_fit_costs_itself_alone(tmp_path: Path, fields: dict[str, object]) -> None:
    line = {"word": "circle", "key_id": "1", "drawing": [[[1], [2]]]}
    body = f"{json.dumps(line | fields)}\n{json.dumps(line)}\n".encode()

    wrong, right = read(tmp_path / "a.ndjson", body, SHAPES)

    assert isinstance(wrong, DrawingError)
    assert isinstance(right, RecordedDrawing)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.gz", "wb") as file:
        file.write(b" " * (LINE_BYTES_MAX + 100_000))

    with pytest.raises(DrawingError, match="line of more than"):
        list(read_file(tmp_path / "a.gz", DIGITS))


def test_foreign_inkml_is_read_with_its_channels_differences_and_units(tmp_path: Path) -> None:
    body = f"""{HEAD}<traceFormat><channel name="X"/><channel name="Y"/><channel name="F"/><channel name="T" units="s"/>
    </traceFormat><annotation type="truth">7</annotation><annotation type="writer">w3</annotation>
    <trace>10 20 1 0, 11 22 * 0.016</trace>
    <trace type="penUp">1 1 1 1</trace>
    <trace>1125 18432 3 1,'23'43"7"8,3-5 0 1</trace></ink>"""

    found = one(tmp_path / "w3.inkml", body.encode())

    assert (found.drawing.label, found.drawing.writer, found.drawing.id) == (7, "w3", "w3-0")
    first, second = points(found)
    assert first == [Point(10, 20, 0), Point(11, 22, 16)]
    assert [(p.x, p.y) for p in second] == [(1125, 18432), (1148, 18475), (1151, 18470)]


def test_groups_are_drawings_and_a_bad_trace_costs_one(tmp_path: Path) -> None:
    body = f"""{HEAD}<definitions><brush xml:id="b"><brushProperty name="width" value="3"/></brush></definitions>
    <traceGroup brushRef="#b"><annotation type="label">1</annotation><annotation type="width">50</annotation>
    <annotation type="height">40</annotation><trace>1 2, 3 4</trace></traceGroup>
    <traceGroup><annotation type="label">2</annotation><trace>1 2 3 4</trace></traceGroup>
    <traceGroup><annotation type="label">3</annotation><trace>1 2</trace><trace>#1F -.5</trace></traceGroup></ink>"""

    first, wrong, third = read(tmp_path / "a.inkml", body.encode("utf-16"))

    assert isinstance(first, RecordedDrawing)
    assert first.frame is not None
    assert (first.frame.width, first.frame.height, first.frame.pen_width) == (50, 40, 3)
    assert "4 values" in str(wrong)
    assert isinstance(third, RecordedDrawing)
    assert points(third)[1] == [Point(31, -0.5)]


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HOSTILE = {
    "bomb": f'<?xml version="1.0"?><!DOCTYPE ink [<!ENTITY l0 "ha">{LAUGHS}]><ink><trace>&l9;</trace></ink>',
    "external": '<!DOCTYPE ink [<!ENTITY x SYSTEM "file:///etc/passwd">]><ink><annotation>&x;</annotation></ink>',
    "remote": '<!DOCTYPE ink SYSTEM "http://127.0.0.1:1/x.dtd"><ink/>',
    "unknown entity": "<ink><trace>&x;</trace></ink>",
    "another document": "<html><body/></html>",
    "unclosed": "<ink><trace>1 2",
    "unknown encoding": '<?xml version="1.0" encoding="klingon"?><ink/>',
    "several bytes": '<?xml version="1.0" encoding="shift_jis"?><ink/>',
    "deep": "<ink>" + "<traceGroup>" * 100,
    "long trace": f"<ink><trace>{'1 2,' * 800_000}</trace></ink>",
    "long annotation": f"<ink><annotation>{'x' * 5000}</annotation></ink>",
    "long tag": f"<ink><!--{'x' * 6_000_000}--></ink>",
    "no text": "<\x00\x01",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_inkml_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(DrawingError) as refused:
        read(tmp_path / "a.inkml", HOSTILE[name].encode())

    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200 + len(str(tmp_path))


def test_latin_text_that_claims_to_be_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match="not well-formed"):
        read(tmp_path / "a.inkml", '<?xml version="1.0" encoding="UTF-8"?><ink>é</ink>'.encode("latin-1"))


@pytest.mark.parametrize("trace", ["9" * 5000 + " 1", "1e999 2", "nan 1", "1", "* 1", "'1 1", f"#{'F' * 3000} 1", ""])
def test_numbers_that_are_none_cost_the_drawing(tmp_path: Path, trace: str) -> None:
    body = f"{HEAD}<annotation type='label'>1</annotation><trace>{trace}</trace></ink>"

    (found,) = read(tmp_path / "a.inkml", body.encode())

    assert isinstance(found, DrawingError)
    assert len(str(found)) < 200


@pytest.mark.parametrize("body", [b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"PAR1" + b"\xff" * 64 + b"\x40\0\0\0PAR1"])
def test_a_damaged_table_is_refused_in_one_line(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(DrawingError, match="damaged"):
        read(tmp_path / "a.parquet", body)


def test_a_table_of_another_kind_costs_each_row(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1, 2], "key_id": [b"a", b"b"]}), tmp_path / "a.parquet")

    assert all(isinstance(found, DrawingError) for found in read_file(tmp_path / "a.parquet", DIGITS))
