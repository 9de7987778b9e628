"""An export is whole, the same twice, honours what was withdrawn, and touches nothing but its own folder."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from collector.contribution.layout import verdict_key
from collector.exchange import export as exporting
from collector.exchange.croissant import Format
from collector.exchange.export import FORMATS, export
from collector.exchange.exported_drawing import BadSelection, parse_selection, pseudonym_of
from collector.exchange.inkml_reader import read_inkml
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.raster import draw_strokes
from collector.storage.memory_store import MemoryStore
from collector.storage.verdict import Filtered
from collector.symbols.symbol_set import DIGITS
from tests.collector.contributions import STROKE
from tests.collector.exchange.exports import ALL, files_of, lines_of
from tests.collector.stored import NOW, contributor_of, put_drawing


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_store_gives_the_same_bytes_twice(tmp_path: Path, store: MemoryStore, form: Format) -> None:
    export(store, DIGITS, tmp_path / "a", form, ALL)
    export(store, DIGITS, tmp_path / "b", form, ALL)

    first = files_of(tmp_path / "a")

    assert first == files_of(tmp_path / "b")
    manifest = json.loads(first.pop("export.json"))
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(body).hexdigest() for name, body in first.items()
    }


def test_a_line_has_the_fields_of_quick_draw_and_a_pseudonym_in_place_of_the_contributor(tmp_path: Path) -> None:
    store = MemoryStore()
    stored = put_drawing(store)

    export(store, DIGITS, tmp_path / "out", "ndjson", ALL)

    assert lines_of(tmp_path / "out") == [
        {
            "word": "7",
            "countrycode": "",
            "timestamp": "2026-11-21 03:45:00.123000 UTC",
            "recognized": True,
            "key_id": stored.id,
            "drawing": [[[5, 20.5, 35], [5, 30, 35], [0, 16, 40]]],
            "set": "digits",
            "label": 7,
            "contributor": pseudonym_of(stored.contributor),
            "split": "train",
            "pointer": "pen",
            "width": 40,
            "height": 40,
            "pen_width": 3,
            "confirmed": False,
            "prompt_probability": None,
            "source": "page",
            "licence": stored.licence,
            "consent": stored.consent,
        }
    ]
    assert all(stored.contributor.encode() not in body for body in files_of(tmp_path / "out").values())


def test_train_and_validation_share_no_contributor(tmp_path: Path, store: MemoryStore) -> None:
    done = export(store, DIGITS, tmp_path / "out", "ndjson", ALL)

    assert done.drawings == {"train": 8, "validation": 3}
    writers = [{line["contributor"] for line in lines_of(tmp_path / "out", split)} for split in ("train", "validation")]
    assert [len(each) for each in writers] == [8, 3]
    assert not writers[0] & writers[1]


def test_filters_choose_by_label_time_pointer_and_verdict(tmp_path: Path, store: MemoryStore) -> None:
    filtered = put_drawing(store, contributor_of("training"), label=3)
    store.put(verdict_key(filtered.id), Filtered(filtered.id, confirmed=False).to_json())
    wanted = {
        "label": parse_selection(DIGITS, labels=["3", "5"]),
        "since": parse_selection(DIGITS, since="2026-11-26"),
        "pointer": parse_selection(DIGITS, pointers=["touch"]),
        "verdict": parse_selection(DIGITS, verdicts=["filtered"]),
    }

    for name, selection in wanted.items():
        export(store, DIGITS, tmp_path / name, "ndjson", selection)

    assert sorted(line["label"] for line in lines_of(tmp_path / "label")) == [3, 3, 5]
    assert sorted(line["label"] for line in lines_of(tmp_path / "since")) == [5, 6, 7]
    assert len(lines_of(tmp_path / "pointer", "validation")) == 3
    assert lines_of(tmp_path / "pointer") == []
    assert [(line["key_id"], line["recognized"]) for line in lines_of(tmp_path / "verdict")] == [(filtered.id, False)]


@pytest.mark.parametrize(
    "given",
    [
        {"labels": ["seven"]},
        {"pointers": ["nose"]},
        {"verdicts": ["good"]},
        {"since": "soon"},
        {"since": "9" * 99},
    ],
)
def test_a_filter_that_no_drawing_can_pass_is_refused(given: dict[str, list[str]]) -> None:
    with pytest.raises(BadSelection, match="expected"):
        parse_selection(DIGITS, **given)  # type: ignore[arg-type]


def test_parquet_has_the_documented_columns(tmp_path: Path) -> None:
    store = MemoryStore()
    stored = put_drawing(store)

    export(store, DIGITS, tmp_path / "out", "parquet", ALL)

    (row,) = pq.read_table(tmp_path / "out" / "train.parquet").to_pylist()
    assert (row["key_id"], row["label"], row["pen_width"]) == (stored.id, "7", 3)
    assert row["received_at"] == NOW
    assert (row["x"], row["t"]) == ([[5, 20.5, 35]], [[0, 16, 40]])
    page = Path("docs/exchange.md").read_text()
    assert all(f"| `{name}` | {kind} |" in page for name, kind, _ in exporting_columns())


def exporting_columns() -> tuple[tuple[str, str, str], ...]:
    from collector.exchange.parquet import COLUMNS

    return COLUMNS


def test_an_archive_holds_the_stages_as_cells_and_no_pickle(tmp_path: Path) -> None:
    store = MemoryStore()
    stored = put_drawing(store)

    export(store, DIGITS, tmp_path / "out", "npz", ALL)

    with np.load(tmp_path / "out" / "train-00000.npz", allow_pickle=False) as arrays:
        whole = to_ink20_2(draw_strokes([_scaled(STROKE, 12.5)], pen_width=37.5))
        assert arrays["cells"].shape == (1, 10, 20, 20)
        # Stages are drawn one over the other, so that rims differ by a pixel.
        assert np.abs(arrays["cells"][0, -1].astype(int) - whole.cells).max() < 40
        assert arrays["place"][0, -1] == pytest.approx(whole.place.as_tuple(), abs=1)
        assert arrays["classes"][arrays["label"]].tolist() == ["7"]
        assert arrays["key_id"].tolist() == [stored.id]
    with zipfile.ZipFile(tmp_path / "out" / "train-00000.npz") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def _scaled(stroke, scale):
    from collector.ink.drawing import Point, Stroke

    return Stroke(tuple(Point(p.x * scale, p.y * scale) for p in stroke.points))


def test_long_exports_are_in_parts(tmp_path: Path, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "INKML_DRAWINGS", 3)

    export(store, DIGITS, tmp_path / "out", "inkml", ALL)

    parts = sorted(path.name for path in (tmp_path / "out").glob("*.inkml"))
    assert parts == ["train-00000.inkml", "train-00001.inkml", "train-00002.inkml", "validation-00000.inkml"]
    counts = [len(list(read_inkml([(tmp_path / "out" / part).read_bytes()]))) for part in parts]
    assert counts == [3, 3, 2, 3]


def test_damaged_drawings_cost_themselves_alone(tmp_path: Path, store: MemoryStore) -> None:
    store.put("drawings/v1/00000000-0000-0000-0000-000000000000.json", b"\xff{")

    done = export(store, DIGITS, tmp_path / "out", "ndjson", ALL)

    assert done.drawings["train"] == 8


def test_times_without_a_zone_count_as_utc() -> None:
    assert parse_selection(DIGITS, since="2026-11-21").since == datetime(2026, 11, 21, tzinfo=UTC)
    assert parse_selection(DIGITS, since="2026-11-21T02:00+02:00").since == datetime(2026, 11, 21, tzinfo=UTC)


def test_texts_that_xml_cannot_hold_do_not_break_the_document(tmp_path: Path) -> None:
    store = MemoryStore()
    put_drawing(store, source="a\x00\x1b<&]]>\ufffe")

    export(store, DIGITS, tmp_path / "out", "inkml", ALL)

    body = io.BytesIO((tmp_path / "out" / "train-00000.inkml").read_bytes()).read()
    (found,) = read_inkml([body])
    assert found.annotations["source"] == "a  <&]]>"
