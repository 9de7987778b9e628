"""Croissant's own validator accepts every export's description, and its loader gives the drawings."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pytest

from collector.exchange.export import FORMATS, export
from collector.exchange.exported_drawing import Selection
from collector.storage.memory_store import MemoryStore
from collector.symbols.symbol_set import DIGITS
from tests.collector.stored import contributor_of, put_drawing

# The validator takes seconds to load, and its libraries warn.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_the_validator_accepts_all_formats_and_loads_the_tables(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    drawn = [put_drawing(store, contributor_of("training", number), label=number) for number in range(3)]
    put_drawing(store, contributor_of("validation"), label=9, strokes=[[[3, 4], [20, 30]]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant as croissant
    caplog.set_level(logging.WARNING)

    for form in FORMATS:
        export(store, DIGITS, tmp_path / form, form, Selection())
        dataset = croissant.Dataset(jsonld=tmp_path / form / "croissant.json")
        names = [each.id for each in dataset.metadata.record_sets]
        records = {name: list(dataset.records(name)) for name in names}

        assert not dataset.metadata.issues.errors
        if form in ("npz", "inkml"):
            assert [each["files/drawings"] for each in records["files"]] == [3, 1]
            continue
        assert [len(records[name]) for name in ("train", "validation")] == [3, 1]
        assert {_text(each["train/key_id"]) for each in records["train"]} == {each.id for each in drawn}
        assert _text(records["validation"][0]["validation/label"]) == "9"
    assert "mlcroissant" not in caplog.text


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
