"""Samples may go once shards have their drawings, and nothing is trained otherwise for it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.contribution.layout import SAMPLES, SHARDS
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from service.cli.main import app
from tests.training.contributing import NOON, contribute_all
from training.data.contributed import contributed_drawings
from training.data.dataset import Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.data.shards.retirement import Retired, retire_samples

DRAWINGS = reference_drawings("replay")[:4]


class NoSamples(MemoryStore):
    """Fails on whoever reads a sample."""

    def get(self, key: str) -> bytes:
        assert not key.startswith(SAMPLES)
        return super().get(key)


def _copied(store: MemoryStore) -> NoSamples:
    copy = NoSamples()
    for key in store.keys(""):
        copy.put(key, store.get(key))
    return copy


def test_samples_of_drawings_in_shards_go_and_others_stay(tmp_path: Path) -> None:
    store = MemoryStore()
    contribute_all(store, DRAWINGS[:2])
    Compaction(store, ShardFiles(store, tmp_path)).run()
    (waiting,) = contribute_all(store, DRAWINGS[2:3], when=NOON + timedelta(hours=1))

    assert retire_samples(store, ShardFiles(store, tmp_path)) == Retired(deleted=16, kept=8)
    assert {key.split("/")[3] for key in store.keys(SAMPLES)} == {waiting}
    assert retire_samples(store, ShardFiles(store, tmp_path)) == Retired(deleted=0, kept=8)


@pytest.mark.parametrize("encoding", ["path48", "ink20", "canvas20"])
def test_training_examples_are_the_same_without_samples(tmp_path: Path, encoding: str) -> None:
    store = MemoryStore()
    contribute_all(store, DRAWINGS)
    Compaction(store, ShardFiles(store, tmp_path / "first")).run()
    variety = Variety(copies=1, cuts=3)
    before = training_snapshots(contributed_drawings(store, tmp_path / "before"), encoding, variety, seed=1)  # type: ignore[arg-type]

    retire_samples(store, ShardFiles(store, tmp_path / "first"))
    retired = _copied(store)
    Compaction(retired, ShardFiles(retired, tmp_path / "second")).run()
    after = training_snapshots(contributed_drawings(retired, tmp_path / "after"), encoding, variety, seed=1)  # type: ignore[arg-type]

    assert list(retired.keys(SAMPLES)) == []
    assert {name: a.tobytes() for name, a in before.inputs.items()} == {
        name: a.tobytes() for name, a in after.inputs.items()
    }


def test_drawings_of_a_damaged_shard_keep_their_samples(tmp_path: Path) -> None:
    store = MemoryStore()
    contribute_all(store, DRAWINGS[:1])
    Compaction(store, ShardFiles(store, tmp_path / "first")).run()
    (key,) = store.keys(SHARDS)
    body = bytearray(store.get(key))
    body[len(body) // 3 : len(body) // 2] = bytes(len(body) // 2 - len(body) // 3)
    store.put(key, bytes(body))

    assert retire_samples(store, ShardFiles(store, tmp_path / "second")) == Retired(deleted=0, kept=8)


def test_an_id_may_end_with_zeros(tmp_path: Path) -> None:
    store = MemoryStore()
    name = str(uuid.UUID(bytes=b"\x01" * 6 + b"\x40" + b"\x01" + b"\x80" + b"\x00" * 7))
    contribute_all(store, DRAWINGS[:1], known_as=name)
    Compaction(store, ShardFiles(store, tmp_path)).run()

    assert retire_samples(store, ShardFiles(store, tmp_path)).deleted == 8


def test_the_command_says_what_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "store")
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path))
    contribute_all(store, DRAWINGS[:1])
    Compaction(store, ShardFiles(store)).run()

    ended = CliRunner().invoke(app, ["retire-samples"])

    assert (ended.exit_code, ended.stdout) == (
        0, "8 samples deleted, 0 kept: their drawings are in no shard yet\n",
    )  # fmt: skip
