"""A file of drawings goes through the spool as if it had been drawn on the page; twice is as good as once."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collector.contribution.contributor import contributor_id
from collector.import_drawings import Imported, Importer, to_contribution
from collector.ink.drawing import Drawing, Point, Stroke, format_drawing
from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.upload.uploader import Uploader

KEY = bytes(32)


def seven(number: int, writer: str = "w1") -> Drawing:
    """A seven in a tablet's own units."""
    points = (Point(1000, 1000 + number, 0), Point(3000, 1000, 90), Point(1500, 5000, 250))
    return Drawing(f"d{number}", (Stroke(points),), 7, writer, "made")


def write_lines(path: Path, drawings: list[Drawing], *others: str) -> Path:
    text = "\n".join([*(format_drawing(drawing) for drawing in drawings), *others]) + "\n\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["made.ndjson", "made.ndjson.gz"])
def test_every_labelled_drawing_is_taken_and_the_others_are_counted(tmp_path: Path, spool: Spool, name: str) -> None:
    unlabelled = Drawing("u", seven(0).strokes, None, "w1", "made")
    path = write_lines(tmp_path / name, [*(seven(i) for i in range(70)), unlabelled], "no JSON")

    became = Importer(spool, KEY).import_file(path)

    assert became == Imported(accepted=70, duplicates=0, skipped=2)
    assert spool.counts().by_label[7] == 70


def test_importing_twice_makes_no_second_drawing(tmp_path: Path, spool: Spool) -> None:
    path = write_lines(tmp_path / "a.ndjson", [seven(i) for i in range(5)])
    Importer(spool, KEY).import_file(path, limit=3)

    became = Importer(spool, KEY).import_file(path)

    assert became == Imported(accepted=2, duplicates=3, skipped=0)


def test_an_imported_drawing_keeps_writer_source_and_times_and_hides_the_name(tmp_path: Path, spool: Spool) -> None:
    path = write_lines(tmp_path / "a.ndjson", [seven(0, "ann"), seven(1, "ann"), seven(2, "bob")])
    store = MemoryStore()
    Importer(spool, KEY, licence="Apache-2.0").import_file(path)

    Uploader(spool, store).drain()

    stored = [parse_stored_drawing(store.get(key)) for key in store.keys("drawings/")]
    assert sorted(len([s for s in stored if s.contributor == who]) for who in {s.contributor for s in stored}) == [1, 2]
    assert {(s.source, s.licence, s.consent) for s in stored} == {("made", "Apache-2.0", "import")}
    assert [point.t_ms for point in stored[0].strokes[0].points] == [0, 90, 250]
    assert {s.contributor for s in stored} == {
        contributor_id(KEY, to_contribution(seven(i, who)).contributor) for i, who in ((0, "ann"), (2, "bob"))
    }


def test_samples_show_a_tenth_more_each_on_the_pages_canvas() -> None:
    contribution = to_contribution(seven(0))

    inked = []
    for sample in contribution.samples:
        with Image.open(io.BytesIO(sample.png), formats=("PNG",)) as image:
            assert image.size == (500, 500)
            inked.append(int((np.asarray(image.convert("L")) < 128).sum()))
    assert [sample.ink for sample in contribution.samples] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert inked == sorted(inked)
    assert inked[-1] > 5 * inked[0] > 0
