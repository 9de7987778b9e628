"""The plan of a fleet: its arithmetic, and that its requests are those that are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from collector.upload.ownership import Ownership
from collector.upload.uploader import Uploader
from infra.fleet import check
from infra.fleet.__main__ import main
from infra.fleet.model import BadInputs, plan, read_inputs, requests_of
from service.intake.elsewhere import Elsewhere
from tests.collector.contributions import make_contribution
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles

ANN = "a" * 32


class CountingStore(MemoryStore):
    """Counts what a store would charge for."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def put(self, key: str, body: bytes) -> None:
        self.calls["puts"] += 1
        super().put(key, body)

    def get(self, key: str) -> bytes:
        self.calls["gets"] += 1
        return super().get(key)

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        self.calls["puts"] += 1
        return super().keys(prefix, after)

    def delete(self, key: str) -> None:
        self.calls["deletes"] += 1
        super().delete(key)


def test_the_plan_counts_the_requests_that_a_contribution_makes(tmp_path: Path) -> None:
    store, spool = CountingStore(), Spool(tmp_path / "spool.sqlite")
    elsewhere = Elsewhere(store)
    contribution = make_contribution()  # of 8 samples

    elsewhere.owner(contribution.id)
    spool.accept(contribution, ANN)
    Uploader(spool, store, ownership=Ownership(store, spool.name)).drain()
    uploaded = Counter(store.calls)
    compaction = Compaction(store, ShardFiles(store, tmp_path))
    compaction.run()
    taken_in = store.calls - uploaded
    spool.close()
    elsewhere.stop()

    planned = requests_of(samples=8)
    assert uploaded["puts"] == planned.puts
    # The trainer also reads its own records, and the shard that it has just put.
    assert planned.gets <= uploaded["gets"] + taken_in["gets"] <= planned.gets + 3
    assert uploaded["deletes"] + taken_in["deletes"] == planned.deletes


def test_twice_the_visitors_are_twice_the_load() -> None:
    inputs = read_inputs()
    one, two = plan(1_000_000, inputs), plan(2_000_000, inputs)

    assert two.cores == pytest.approx(2 * one.cores)
    assert two.gets_per_month == pytest.approx(2 * one.gets_per_month)
    assert one.replicas < two.replicas <= 2 * one.replicas + 1


def test_a_trainer_that_falls_behind_is_reported() -> None:
    inputs = read_inputs()

    assert plan(1_000, inputs).lag_seconds < float("inf")
    assert plan(10_000_000, inputs).lag_seconds == float("inf")


def test_the_command_prints_a_table_with_the_date_of_its_prices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["5000"]) == 0

    printed = capsys.readouterr().out
    assert "| drawers a day | 5,000 |" in printed
    assert str(read_inputs()["prices"]["date"]) in printed


def test_inputs_without_a_table_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "inputs.toml"
    file.write_text("[drawer]\n")

    with pytest.raises(BadInputs, match=r"has no \[contribution\]"):
        read_inputs(file)
    assert main(["--inputs", str(file)]) == 2
    assert "has no [contribution]" in capsys.readouterr().err


def test_a_busy_machine_is_no_place_to_judge_the_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "busy_share", lambda: 0.4)

    assert main(["--check"]) == 3

    printed = capsys.readouterr()
    assert "not judged: other programs use 40 % of this machine" in printed.err
    assert "measured" not in printed.out
