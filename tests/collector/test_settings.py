"""The environment names a store, and gets that store or an error that says why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from collector.settings import StoreSettings, describe_bad_setting, open_store
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


@pytest.mark.parametrize(
    "name",
    [
        "s3://",
        "s3:/bucket",
        "s3:bucket",
        "s3//bucket",
        "S3://bucket",
        "gs://bucket",
        "http://here",
        "Memory",
        "s3://b u",
    ],
)
def test_a_name_of_no_store_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_STORE", name)

    with pytest.raises(ValidationError) as refused:
        StoreSettings()

    assert describe_bad_setting(refused.value).startswith(f"MIDSTROKE_STORE is {name!r}: expected s3://bucket")


@pytest.mark.parametrize(
    "address", ["127.0.0.1:9000", "localhost", "ftp://host", "http://", "http://host:0", "http://h/path"]
)
def test_an_endpoint_that_is_no_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_S3_ENDPOINT", address)

    with pytest.raises(ValidationError) as refused:
        StoreSettings()

    assert describe_bad_setting(refused.value).startswith(f"MIDSTROKE_S3_ENDPOINT is {address!r}")
