"""Refreshing an export removes withdrawn drawings, adds new ones and keeps its filters."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.contribution.layout import relabelled_key
from collector.exchange.croissant import Format
from collector.exchange.export import FORMATS, export, refresh
from collector.exchange.exported_drawing import parse_selection
from collector.storage.memory_store import MemoryStore
from collector.symbols.symbol_set import DIGITS
from tests.collector.exchange.exports import ALL, all_lines, files_of, lines_of, withdraw
from tests.collector.stored import NOW, contributor_of, put_drawing


def test_withdrawn_drawings_are_listed_and_left_out(tmp_path: Path) -> None:
    store = MemoryStore()
    drawings = [put_drawing(store, contributor_of("training", number)) for number in range(4)]
    withdraw(store, drawings)

    done = export(store, DIGITS, tmp_path / "out", "ndjson", ALL)

    assert [line["key_id"] for line in lines_of(tmp_path / "out")] == [drawings[3].id]
    listed = (tmp_path / "out" / "withdrawn.txt").read_text().split()
    assert listed == sorted(drawing.id for drawing in drawings[:3])
    assert done.withdrawn == 3


@pytest.mark.parametrize("form", FORMATS)
def test_refreshing_removes_withdrawn_drawings_and_adds_new_ones(tmp_path: Path, form: Format) -> None:
    store = MemoryStore()
    drawings = [put_drawing(store, contributor_of("training", number)) for number in range(4)]
    export(store, DIGITS, tmp_path / "out", form, ALL)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    withdraw(store, drawings)
    put_drawing(store, contributor_of("training", 9))

    done = refresh(store, DIGITS, tmp_path / "out")

    assert (done.before, done.drawings["train"], done.withdrawn) == (4, 2, 3)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    export(store, DIGITS, tmp_path / "fresh", form, ALL)
    (tmp_path / "out" / "notes.txt").unlink()
    assert files_of(tmp_path / "out") == files_of(tmp_path / "fresh")


def test_a_refresh_keeps_the_filters_and_takes_the_operators_labels(tmp_path: Path, store: MemoryStore) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", parse_selection(DIGITS, labels=["3"], since="2026-11-22T00:00Z"))
    five = next(line for line in all_lines(store, tmp_path) if line["label"] == 5)
    store.put(relabelled_key(str(five["key_id"]), NOW, 3), b"{}")

    refresh(store, DIGITS, tmp_path / "out")

    assert [line["label"] for line in lines_of(tmp_path / "out")] == [3, 3]
