"""The counts of a comparison on live frames, and where they lie in the store."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from collector.ink.drawing import Point, Stroke
from collector.ink.encodings import Encoding, ink20_inputs, path48_inputs
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import to_path48
from collector.ink.raster import draw_strokes
from collector.storage.memory_store import MemoryStore
from infra.harness.champions import shipped_artifact
from training.models.shadow import BadCounts, Bin, ShadowCounts, ShadowStore, bin_of, ink_length, parse_counts

CHAMPION, CHALLENGER = "20261121T034500Z-1f2e3d", "20261122T034500Z-aabbcc"
HERE, THERE = "0123456789abcdef", "fedcba9876543210"
TWO_LINES = (
    Stroke((Point(100, 100, 0), Point(100, 400, 90))),  # 300 px
    Stroke((Point(300, 400, 200), Point(300, 200, 260))),  # 200 px
)


def counted(frames: int) -> ShadowCounts:
    counts = ShadowCounts("path", CHAMPION, CHALLENGER)
    counts.bins[2] = Bin(frames, frames - 1, 0.9 * frames, 0.8 * frames)
    return counts


@pytest.mark.parametrize("encoding", ["path48", "ink20"])
def test_ink_is_measured_without_the_jumps_between_strokes(encoding: Encoding) -> None:
    if encoding == "path48":
        inputs = path48_inputs(to_path48(TWO_LINES, 500, 500))
    else:
        picture = ink20_inputs(to_ink20_2(draw_strokes(TWO_LINES)))
        assert picture is not None
        inputs = picture

    assert ink_length(encoding, inputs) == pytest.approx(1.0, abs=0.02 if encoding == "path48" else 0.15)


def test_every_length_has_a_bin() -> None:
    assert [bin_of(ink) for ink in (0.0, 0.24, 0.25, 1.2, 2.0, 1e9)] == [0, 0, 1, 4, 6, 6]


def test_the_counts_of_all_processes_are_summed_up_once() -> None:
    store = MemoryStore()
    shadow = ShadowStore(store)
    shadow.put_counts(counted(10), HERE)
    shadow.put_counts(counted(30), HERE)  # what the first process counted so far
    shadow.put_counts(counted(20), THERE)

    total, troubles = shadow.read_counts("path", CHAMPION, CHALLENGER)

    assert (total.frames, total.bins[2].agreements, troubles) == (50, 48, [])
    assert total.agreement == 48 / 50
    assert all(key.startswith("shadow/v1/counts/path/") for key in store.keys("", ""))


def test_counts_beside_another_champion_are_left_out() -> None:
    shadow = ShadowStore(MemoryStore())
    other = counted(10)
    other.champion = "20201122T034500Z-aabbcc"
    shadow.put_counts(other, HERE)

    assert shadow.read_counts("path", CHAMPION, CHALLENGER)[0].frames == 0


def test_damaged_counts_are_named_and_left_out() -> None:
    store = MemoryStore()
    shadow = ShadowStore(store)
    shadow.put_counts(counted(10), HERE)
    store.put(f"shadow/v1/counts/path/{CHALLENGER}/{THERE}.json", b"{}")

    total, troubles = shadow.read_counts("path", CHAMPION, CHALLENGER)

    assert total.frames == 10
    assert THERE in troubles[0]


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"bins": []},
        {"failed": -1},
        {"family": "../x"},
        {"challenger": "newest"},
        {"bins": [{"ink_below": 1, "frames": 1, "agreements": 1, "champion_confidence": 1}]},
    ],
)
def test_other_records_are_no_counts(change: dict[str, object]) -> None:
    record = json.loads(counted(10).to_json()) | change

    with pytest.raises(BadCounts):
        parse_counts(json.dumps(record).encode())


@pytest.mark.parametrize("name", ["frames", "agreements", "champion_confidence"])
@pytest.mark.parametrize("value", [-1, 1e6, float("nan")])
def test_sums_that_no_frames_can_have_are_no_counts(name: str, value: float) -> None:
    if (name, value) == ("frames", 1e6):
        return  # many frames, little agreement
    record = json.loads(counted(10).to_json())
    record["bins"][2][name] = value

    with pytest.raises(BadCounts):
        parse_counts(json.dumps(record).encode())


def test_a_result_is_kept_when_everything_else_of_a_challenger_is_removed() -> None:
    store = MemoryStore()
    shadow = ShadowStore(store)
    artifact = shipped_artifact("softmax")
    challenger = replace(artifact, card=replace(artifact.card, version=CHALLENGER))
    shadow.registry.publish(challenger, {"accuracy.svg": b"<svg/>"})
    shadow.registry.promote("softmax", CHALLENGER, "gate passed")
    counts = replace(counted(10), family="softmax")
    shadow.put_counts(counts, HERE)
    shadow.put_result(counts)

    shadow.clear("softmax")

    assert list(store.keys("")) == [f"shadow/v1/results/softmax/{CHALLENGER}.json"]
    assert shadow.read_result("softmax", CHALLENGER) == counts


def test_only_the_newest_results_are_kept() -> None:
    shadow = ShadowStore(MemoryStore())
    for day in range(10, 15):
        counts = counted(10)
        counts.challenger = f"202611{day}T034500Z-aabbcc"
        shadow.put_result(counts)

    shadow.forget_results("path", keep=2)

    assert shadow.results("path") == ["20261113T034500Z-aabbcc", "20261114T034500Z-aabbcc"]
