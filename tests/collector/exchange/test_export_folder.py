"""An export's folder is replaced as a whole, and no other folder is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.exchange.croissant import Format
from collector.exchange.export import FORMATS, export, refresh
from collector.exchange.export_folder import NoExport
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from collector.symbols.symbol_set import DIGITS
from tests.collector.exchange.exports import ALL, Broken, files_of, lines_of


@pytest.mark.parametrize("form", FORMATS)
def test_an_interrupted_export_leaves_nothing(tmp_path: Path, store: MemoryStore, form: Format) -> None:
    broken = Broken()
    broken._objects = store._objects

    with pytest.raises(StoreError):
        export(broken, DIGITS, tmp_path / "out", form, ALL)

    assert not (tmp_path / "out").exists()


def test_an_interrupted_refresh_leaves_the_export_as_it_was(tmp_path: Path, store: MemoryStore) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", ALL)
    before = files_of(tmp_path / "out")
    broken = Broken()
    broken._objects = store._objects

    with pytest.raises(StoreError):
        refresh(broken, DIGITS, tmp_path / "out")

    assert files_of(tmp_path / "out") == before


def test_an_export_that_was_killed_is_made_again_without_its_leftovers(tmp_path: Path, store: MemoryStore) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "~0123456789abcdef").write_bytes(b"half")
    (out / "export.json").write_text('{"format": 1, "complete": false, "files": [{"name": "train-00007.npz"}]}')
    (out / "train-00007.npz").write_bytes(b"of the killed one")

    with pytest.raises(NoExport, match="never finished"):
        refresh(store, DIGITS, out)
    export(store, DIGITS, out, "npz", ALL)

    export(store, DIGITS, tmp_path / "fresh", "npz", ALL)
    assert files_of(out) == files_of(tmp_path / "fresh")


def test_no_other_folder_is_taken(tmp_path: Path, store: MemoryStore) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "train.ndjson").write_text("mine")
    (tmp_path / "file").write_text("mine")
    export(store, DIGITS, tmp_path / "out", "ndjson", ALL)

    for path, message in ((mine, "not an export"), (tmp_path / "file", "is a file"), (tmp_path / "out", "--refresh")):
        with pytest.raises(NoExport, match=message):
            export(store, DIGITS, path, "ndjson", ALL)
    with pytest.raises(NoExport, match="not an export"):
        refresh(store, DIGITS, mine)

    assert files_of(mine) == {"train.ndjson": b"mine"}


def test_a_forged_manifest_leads_out_of_no_folder(tmp_path: Path, store: MemoryStore) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", ALL)
    (tmp_path / "precious.txt").write_text("mine")
    manifest = json.loads((tmp_path / "out" / "export.json").read_text())
    manifest["files"].append({"name": "../precious.txt"})
    (tmp_path / "out" / "export.json").write_text(json.dumps(manifest))

    with pytest.raises(NoExport, match="names the file"):
        refresh(store, DIGITS, tmp_path / "out")

    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_a_link_in_the_folder_is_replaced_and_not_followed(tmp_path: Path, store: MemoryStore) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", ALL)
    (tmp_path / "precious.txt").write_text("mine")
    (tmp_path / "out" / "train.ndjson").unlink()
    (tmp_path / "out" / "train.ndjson").symlink_to(tmp_path / "precious.txt")

    refresh(store, DIGITS, tmp_path / "out")

    assert (tmp_path / "precious.txt").read_text() == "mine"
    assert len(lines_of(tmp_path / "out")) == 8
