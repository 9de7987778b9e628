"""An exported drawing is imported equal: strokes, times, labels, pointer, pen width, canvas and side of the split."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.exchange.croissant import Format
from collector.exchange.export import export
from collector.exchange.exported_drawing import Selection
from collector.import_drawings import Imported, Importer
from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.storage.stored_drawing import StoredDrawing, parse_stored_drawing
from collector.symbols.symbol_set import DIGITS
from collector.upload.uploader import Uploader
from tests.collector.contributions import contribution_record
from tests.collector.stored import contributor_of, put_drawing

KEY = bytes(range(32))
ODD = [[[1e-7, -39.999999, 0.1], [0.1 + 0.2, 79.5, 1e12]], [[20, 20, None]], [[5, 5.25, 7], [6, 6, None], [7, 8, 9]]]
UNTIMED = [[[3, 4], [30.125, 31]]]


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    samples = contribution_record()["samples"]
    put_drawing(
        store, contributor_of("training"), label=0, strokes=ODD, samples=samples, pointer="mouse", pen_width=2.5
    )
    put_drawing(store, contributor_of("validation"), label=9, strokes=UNTIMED, samples=samples, pointer="touch")
    put_drawing(store, contributor_of("validation", 1), label=4, confirmed=True, prompt_probability=0.123456789012345)
    return store


def what_counts(stored: StoredDrawing) -> tuple[object, ...]:
    frame = (stored.width, stored.height, stored.pen_width)
    return (
        stored.id,
        stored.label,
        stored.strokes,
        stored.pointer,
        frame,
        stored.use,
        stored.confirmed,
        stored.prompt_probability,
        stored.licence,
    )


def drawings_in(store: MemoryStore) -> list[StoredDrawing]:
    return [parse_stored_drawing(store.get(key)) for key in store.keys("drawings/")]


@pytest.mark.parametrize("form", ["ndjson", "parquet", "inkml"])
def test_an_export_comes_back_equal(tmp_path: Path, store: MemoryStore, spool: Spool, form: Format) -> None:
    export(store, DIGITS, tmp_path / "out", form, Selection())
    copy = MemoryStore()

    became = [Importer(spool, KEY).import_file(path) for path in sorted((tmp_path / "out").glob(f"*.{form}"))]
    Uploader(spool, copy).drain()

    assert became == [Imported(1, 0, 0), Imported(2, 0, 0)]
    assert [what_counts(each) for each in drawings_in(copy)] == [what_counts(each) for each in drawings_in(store)]
    assert {each.contributor for each in drawings_in(copy)}.isdisjoint(each.contributor for each in drawings_in(store))


def test_a_drawing_that_the_store_knows_is_not_taken_again(tmp_path: Path, store: MemoryStore, spool: Spool) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", Selection())

    became = Importer(spool, KEY, is_known=lambda _: True).import_file(tmp_path / "out" / "validation.ndjson")

    assert became == Imported(0, 2, 0)
    assert spool.counts().total == 0
