"""Uploads of the symbol sets' spools, each to its own part of the store."""

from __future__ import annotations

import threading
from pathlib import Path

from collector.contribution.consent import SYMBOLS_CONSENT_VERSION
from collector.contribution.contribution import parse_contribution
from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.storage.symbol_sets import store_of, write_set
from collector.symbols.definition import from_record
from collector.symbols.symbol_set import PLACES_MAX, SymbolSet
from collector.upload.set_uploads import set_spool_file, sets_with_spools, upload_sets
from tests.collector.contributions import contribution_record

ANN = "a" * 32


def a_set(set_id: str) -> SymbolSet:
    classes = [{"id": "circle", "name": "Circle"}, {"id": "line", "name": "Line"}]
    return from_record({"id": set_id, "name": set_id, "classes": classes})


def test_each_spool_is_uploaded_to_its_set_and_removed_from_it(tmp_path: Path) -> None:
    store, stop = MemoryStore(), threading.Event()
    uploading = threading.Thread(target=upload_sets, args=(tmp_path, store, stop))
    uploading.start()
    spools, ids = {}, {}
    for set_id in ("marks", "shapes"):
        write_set(store, a_set(set_id))
        spools[set_id] = Spool(set_spool_file(tmp_path, set_id), labels=PLACES_MAX)
        record = contribution_record(label="line", set=set_id, consent=SYMBOLS_CONSENT_VERSION)
        ids[set_id] = spools[set_id].accept(parse_contribution(record, a_set(set_id)), ANN).id

    _until(lambda: all(spool.uploads.backlog().drawings == 0 for spool in spools.values()))
    stored = parse_stored_drawing(store_of(store, "marks").get(f"drawings/v1/{ids['marks']}.json"))
    spools["marks"].delete(ids["marks"])
    _until(lambda: not list(store.keys("sets/marks/samples/")))
    stop.set()
    uploading.join(10)

    assert sets_with_spools(tmp_path) == ["marks", "shapes"]
    assert (stored.symbol_set, stored.class_id, stored.label) == ("marks", "line", 1)
    assert list(store.keys("sets/marks/drawings/")) == []
    samples = list(store.keys("sets/shapes/samples/"))
    assert len(samples) == 8
    assert all(key.startswith(f"sets/shapes/samples/v1/line/{ids['shapes']}/") for key in samples)
    assert list(store.keys()) == list(store.keys("sets/"))
    for spool in spools.values():
        spool.close()


def _until(holds: object) -> None:
    assert callable(holds)
    for _ in range(400):
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come true")
