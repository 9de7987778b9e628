"""The environment names a store, and gets that store or is told why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.settings import StoreSettings, UnknownStore, open_store
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.s3_store import S3Store


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VAR", "STORE", "S3_ENDPOINT"):
        monkeypatch.delenv(f"MIDSTROKE_{name}", raising=False)


def test_without_a_setting_objects_are_in_a_folder_of_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path))

    store = open_store(StoreSettings())

    store.put("a", b"1")
    assert (tmp_path / "store" / "a").read_bytes() == b"1"


def test_each_kind_of_name_opens_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in (("memory", MemoryStore), (str(tmp_path), FolderStore), ("s3://bucket", S3Store)):
        monkeypatch.setenv("MIDSTROKE_STORE", name)
        monkeypatch.setenv("MIDSTROKE_S3_ENDPOINT", "http://127.0.0.1:9")

        assert isinstance(open_store(StoreSettings()), kind)


@pytest.mark.parametrize("name", ["s3://", "gs://bucket", "http://somewhere"])
def test_a_name_of_no_store_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_STORE", name)

    with pytest.raises(UnknownStore, match=name):
        open_store(StoreSettings())
