"""The stores that need no server: memory and a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from tests.collector.store_contract import ObjectStoreContract


class TestMemory(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


class TestFolder(ObjectStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderStore:
        return FolderStore(tmp_path / "not" / "yet")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lists fsyncs and renames in order, by file or folder name."""
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def told_fsync(descriptor: int) -> None:
        done.append("fsync " + ("folder" if os.path.isdir(f"/dev/fd/{descriptor}") else "file"))  # noqa: PTH112  # of a descriptor
        fsync(descriptor)

    def told_replace(path: Path, target: Path) -> Path:
        done.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", told_fsync)
    monkeypatch.setattr(Path, "replace", told_replace)
    return done


def test_a_put_syncs_the_bytes_before_the_rename_and_the_name_after_it(tmp_path: Path, synced: list[str]) -> None:
    store = FolderStore(tmp_path)

    store.put("a", b"1")

    assert synced == ["fsync file", "rename", "fsync folder"]


def test_new_folders_are_synced_into_theirs(tmp_path: Path, synced: list[str]) -> None:
    store = FolderStore(tmp_path)

    store.put("a/b/c", b"1")

    assert synced == ["fsync folder", "fsync folder", "fsync file", "rename", "fsync folder"]


def test_a_put_that_fails_leaves_the_old_object_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    store.put("a", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put("a", b"new")

    assert store.get("a") == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_files_that_no_put_has_finished_are_never_listed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a/b", b"")
    (tmp_path / "a" / "~0123456789abcdef").write_bytes(b"half")

    assert list(store.keys()) == ["a/b"]
    assert list(store.keys("a/")) == ["a/b"]


def test_a_link_that_leads_out_of_the_root_is_not_followed_in_listing(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"")
    store = FolderStore(tmp_path / "root")
    store.put("a", b"")
    (tmp_path / "root" / "out").symlink_to(tmp_path / "outside")

    assert "secret" not in " ".join(store.keys())


def test_only_folders_that_can_hold_what_is_asked_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path)
    for key in ("samples/v1/7/a/00", "samples/v1/7/b/00", "samples/v1/8/c/00", "drawings/v1/a.json"):
        store.put(key, b"")
    read: list[str] = []
    scandir = os.scandir

    def told_scandir(path: Path) -> object:
        read.append(str(path.relative_to(tmp_path)))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", told_scandir)

    assert list(store.keys("samples/v1/", after="samples/v1/7/b/")) == ["samples/v1/7/b/00", "samples/v1/8/c/00"]
    assert read == ["samples/v1", "samples/v1/7", "samples/v1/7/b", "samples/v1/8", "samples/v1/8/c"]


def test_a_key_and_another_below_it_is_a_store_error(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a", b"1")

    with pytest.raises(StoreError):
        store.put("a/b", b"2")

    assert store.get("a") == b"1"


KILLED_WRITER = """
import sys, itertools
from pathlib import Path
from collector.storage.folder_store import FolderStore
store = FolderStore(Path(sys.argv[1]))
for i in itertools.count():
    store.put("models/champion.json", bytes([65 + i % 26]) * 300_000)
    print(i, flush=True)
"""


def test_a_killed_writer_leaves_a_whole_object(tmp_path: Path) -> None:
    for puts in (1, 3, 7):
        with subprocess.Popen([sys.executable, "-c", KILLED_WRITER, tmp_path], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(puts):
                writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)

        store = FolderStore(tmp_path)
        body = store.get("models/champion.json")

        assert body == body[:1] * 300_000
        assert list(store.keys()) == ["models/champion.json"]


def test_leftovers_of_a_killed_put_are_swept_but_no_file_that_may_still_be_written(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a/kept", b"ink")
    old, new = tmp_path / "a" / "~0123", tmp_path / "a" / "~4567"
    for unfinished in (old, new):
        unfinished.write_bytes(b"in")
    os.utime(old, (0, 0))

    swept = store.sweep()

    assert swept == 1
    assert not old.exists()
    assert new.exists()
    assert store.get("a/kept") == b"ink"
