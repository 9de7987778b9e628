"""The list of benchmarks, their document, and one of them on a real service."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.ink.encodings import decode_payload
from infra.bench import document
from infra.bench.__main__ import BENCHMARKS, measure, run
from infra.bench.document import draw_curve, write_page
from infra.harness.data.frames import make_frames
from infra.harness.results.kept import Run, read_kept
from infra.harness.results.rows import Curve, Outcome, Result, Row, Setting
from service.wire.protocol import parse_binary

ROW = Row("round trips", 12345.6, "a second", 20000.0, 0.617, ">= 0.80 of theirs", Outcome.FAILED)
CURVE = Curve("Memory by sockets", "sockets", "MB", {"ours": ((1.0, 90.0), (2000.0, 150.0))})
RUN = Run(Result((ROW,), (CURVE,)), "A title", "a machine", "2026-11-21 07:00 UTC", 12.0, quick=False)


@pytest.mark.parametrize("module", BENCHMARKS.values())
def test_every_benchmark_has_its_module(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


def test_a_curve_is_drawn_to_the_same_bytes_each_time() -> None:
    assert draw_curve(CURVE) == draw_curve(CURVE)


def test_the_page_has_a_section_for_each_full_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SimpleNamespace(TITLE="Full", TEXT="Words.")
    monkeypatch.setattr(document, "importlib", SimpleNamespace(import_module=lambda _: text))
    quick = replace(RUN, quick=True)

    write_page(
        tmp_path / "performance.md", dict.fromkeys(("full", "quick", "never"), ""), {"full": RUN, "quick": quick}
    )

    page = (tmp_path / "performance.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Full"]
    assert "round trips" in page
    assert (tmp_path / "performance-memory-by-sockets.svg").exists()


def test_a_quick_run_judges_no_goal(tmp_path: Path) -> None:
    benchmark = SimpleNamespace(measure=lambda _: RUN.result)

    rows = measure(benchmark, Setting(tmp_path, quick=True)).rows  # type: ignore[arg-type]  # stands in for a module

    assert [row.outcome for row in rows] == [Outcome.NOT_JUDGED]
    assert measure(benchmark, Setting(tmp_path)) == RUN.result  # type: ignore[arg-type]


@pytest.mark.parametrize("sent", ["ink20", "path48"])
def test_frames_are_snapshots_that_a_model_takes(sent: str) -> None:
    frames = make_frames(sent, 20)  # type: ignore[arg-type]

    inputs = [decode_payload(sent, parse_binary(frame).payload) for frame in frames]  # type: ignore[arg-type]
    assert len(frames) == 20
    assert None not in inputs


@pytest.mark.slow
def test_predictions_are_measured_on_a_real_service(tmp_path: Path) -> None:
    pytest.importorskip("picows", reason="the load client; make bench installs it")

    code = run(["predictions", "--quick", "--out", str(tmp_path / "bench.json")])

    rows = read_kept(tmp_path / "bench.json")["predictions"].result.rows
    assert code == 0
    assert all(float(row.ours) > 0 for row in rows)
    assert len(rows) == 7  # a rate and an inference of each family, and the client alone
