"""The benchmarks as a whole: what is kept of them, how it is told, and that one of them runs on a real service."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.ink.encodings import decode_payload
from infra.bench import catalogue
from infra.bench.__main__ import main
from infra.bench.catalogue import BENCHMARKS, Benchmark, NoSuchBenchmark, benchmarks_named
from infra.bench.document import draw_curve, write_page
from infra.bench.kept import BadKept, Kept, read_kept, write_kept
from infra.bench.result import Curve, Result, Row, Setting
from infra.bench.tables import markdown_table, number, terminal_table
from infra.harness.frames import make_frames
from service.wire.protocol import parse_binary

ROW = Row("round trips", 12345.6, "a second", 20000.0, 0.617, ">= 0.80 of theirs", met=False, note="a note")
CURVE = Curve("Memory by sockets", "sockets", "MB", {"ours": ((1.0, 90.0), (2000.0, 150.0))})
KEPT = Kept(Result((ROW,), (CURVE,)), "a machine", "2026-11-21 07:00 UTC", 12.0, quick=False)


@pytest.mark.parametrize(
    ("value", "told"), [(12345.6, "12,346"), (99.94, "99.9"), (0.617, "0.617"), (0.0, "0"), (None, "")]
)
def test_numbers_have_the_digits_that_count(value: float | None, told: str) -> None:
    assert number(value) == told


def test_a_goal_that_is_not_reached_stands_out_in_the_table() -> None:
    head, line, note = terminal_table([ROW]).splitlines()

    assert line.index("NO") == head.index("met")
    assert "a note" in note


def test_a_bar_in_a_name_does_not_break_the_markdown() -> None:
    table = markdown_table([Row("a|b", 1.0, "s")])

    assert r"a\|b" in table.splitlines()[-1]


def test_what_is_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    write_kept(tmp_path / "bench.json", {"one": KEPT})

    assert read_kept(tmp_path / "bench.json") == {"one": KEPT}


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text(json.dumps({"format": 99}))

    with pytest.raises(BadKept, match="format 99"):
        read_kept(tmp_path / "bench.json")


def test_a_name_that_is_no_benchmark_is_told_with_those_that_are() -> None:
    with pytest.raises(NoSuchBenchmark, match=r"'nothing'.*predictions"):
        benchmarks_named(["nothing"])


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda each: each.name)
def test_every_benchmark_has_its_module(benchmark: Benchmark) -> None:
    assert importlib.util.find_spec(benchmark.module) is not None


def test_a_curve_is_drawn_to_the_same_bytes_each_time() -> None:
    assert draw_curve(CURVE) == draw_curve(CURVE)


def test_the_page_tells_of_what_was_measured_in_earnest_alone(tmp_path: Path) -> None:
    benchmarks = [
        SimpleNamespace(name=name, title=name.title(), text="Words.") for name in ("earnest", "quick", "never")
    ]
    kept = {"earnest": KEPT, "quick": Kept(KEPT.result, "a machine", "", 1.0, quick=True)}

    write_page(tmp_path / "performance.md", benchmarks, kept)  # type: ignore[arg-type]

    page = (tmp_path / "performance.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Earnest"]
    assert "round trips" in page
    assert (tmp_path / "performance-memory-by-sockets.svg").exists()


def test_one_benchmark_is_measured_anew_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, docs = tmp_path / "bench.json", tmp_path / "performance.md"
    write_kept(out, {"peers": KEPT})
    new = Result((Row("new", 1.0, "s"),))
    fake = SimpleNamespace(measure=lambda _: new, TEXT="Words.")
    monkeypatch.setattr(catalogue.importlib, "import_module", lambda _: fake)

    code = main(["predictions", "--out", str(out), "--docs", str(docs)])

    assert code == 0
    assert {name: kept.result for name, kept in read_kept(out).items()} == {"peers": KEPT.result, "predictions": new}


def test_one_that_fails_does_not_keep_the_others_from_being_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(setting: Setting) -> Result:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(catalogue.importlib, "import_module", lambda _: SimpleNamespace(measure=measure))

    code = main(["predictions", "drawers", "--quick", "--out", str(tmp_path / "bench.json")])

    assert code == 1
    assert "not measured: predictions, drawers" in capsys.readouterr().err


@pytest.mark.parametrize("sent", ["ink20", "path48"])
def test_frames_are_snapshots_that_a_model_takes(sent: str) -> None:
    frames = make_frames(sent, 20)  # type: ignore[arg-type]

    inputs = [decode_payload(sent, parse_binary(frame).payload) for frame in frames]  # type: ignore[arg-type]
    assert len(frames) == 20
    assert None not in inputs


def test_predictions_are_measured_on_a_real_service(tmp_path: Path) -> None:
    pytest.importorskip("picows", reason="the load client; make bench installs it")

    code = main(["predictions", "--quick", "--out", str(tmp_path / "bench.json")])

    rows = read_kept(tmp_path / "bench.json")["predictions"].result.rows
    assert code == 0
    assert all(row.ours > 0 for row in rows)
    assert len(rows) == 4
