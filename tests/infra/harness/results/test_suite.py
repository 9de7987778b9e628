"""The runner of benchmarks and trials: outcomes, exit codes, kept results and the document."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.harness.results import suite as suite_module
from infra.harness.results.kept import Run, read_kept
from infra.harness.results.rows import CannotRun, Result, Row, Setting, at_most, check, informational
from infra.harness.results.suite import Suite, main
from infra.harness.results.tables import SOAK_COLUMNS

ROOT = Path(__file__).parents[4]

Rows = Callable[[Setting], list[Row]]


def holds(_: Setting) -> list[Row]:
    return [check("lost", "0", "0", holds=True), informational("seen", "3")]


def fails(_: Setting) -> list[Row]:
    return [check("lost", "1", "0", holds=False)]


def is_timed(setting: Setting) -> list[Row]:
    return [at_most(setting, "ready", 3.0, 2.0, "s")]


def cannot_run(_: Setting) -> list[Row]:
    raise CannotRun("no Go")


def breaks(_: Setting) -> list[Row]:
    raise RuntimeError("no luck")


@pytest.fixture
def make_suite(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Suite]:
    def write_document(file: Path, runs: Mapping[str, Run]) -> None:
        file.write_text(" ".join(runs))

    def make(kind: str = "trials", **trials: Rows) -> Suite:
        modules = {name: SimpleNamespace(run=rows, title=name.title()) for name, rows in trials.items()}
        monkeypatch.setattr(suite_module, "importlib", SimpleNamespace(import_module=modules.get))
        return Suite(
            name="soak",
            description="",
            kind=kind,
            modules={name: name for name in trials},
            run=lambda module, setting: Result(tuple(module.run(setting))),
            title=lambda module: module.title,
            columns=SOAK_COLUMNS,
            write_document=write_document,
            docs=None,
        )

    return make


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("rows", "code", "text"),
    [
        (holds, 0, "all held"),
        (fails, 1, "failed: one"),
        (breaks, 1, "failed: one"),
        (is_timed, 3, "not judged: one"),
        (cannot_run, 3, "not judged: one"),
    ],
)
def test_the_exit_code_distinguishes_held_failed_and_not_judged(
    make_suite: Callable[..., Suite], capsys: pytest.CaptureFixture[str], rows: Rows, code: int, text: str
) -> None:
    assert main(make_suite(one=rows), ["--quick"]) == code

    assert capsys.readouterr().out.rstrip().endswith(text)


def test_a_full_run_judges_what_a_quick_one_does_not(make_suite: Callable[..., Suite]) -> None:
    assert main(make_suite(one=is_timed), []) == 1


def test_a_trial_that_breaks_does_not_stop_the_others(make_suite: Callable[..., Suite]) -> None:
    main(make_suite(one=breaks, two=holds), [])

    one, two = read_kept(Path("var/soak.json")).values()
    assert one.result.rows[0].ours == "RuntimeError: no luck"
    assert two.result.rows[0].ours == "0"


def test_a_trial_that_runs_again_replaces_its_earlier_result(make_suite: Callable[..., Suite]) -> None:
    main(make_suite(one=fails, two=holds), [])

    main(make_suite(one=holds, two=fails), ["one", "--docs", "reliability.md"])

    runs = read_kept(Path("var/soak.json"))
    assert list(runs) == ["one", "two"]
    assert all(run.result.rows[0].ours == "0" for run in runs.values())
    assert Path("reliability.md").read_text() == "one two"


def test_a_quick_run_changes_neither_full_results_nor_the_document(make_suite: Callable[..., Suite]) -> None:
    main(make_suite(one=holds), [])

    main(make_suite(one=fails), ["--quick", "--docs", "reliability.md"])

    assert read_kept(Path("var/soak.json"))["one"].result.rows[0].ours == "0"
    assert not Path("reliability.md").exists()


def test_a_benchmark_that_breaks_keeps_its_last_figures(make_suite: Callable[..., Suite]) -> None:
    main(make_suite("benchmarks", one=holds), [])

    assert main(make_suite("benchmarks", one=breaks), []) == 1

    assert read_kept(Path("var/soak.json"))["one"].result.rows[0].ours == "0"


def test_a_benchmark_that_misses_its_goal_is_no_error(make_suite: Callable[..., Suite]) -> None:
    assert main(make_suite("benchmarks", one=fails), []) == 0


MEETS_ANOTHER = """
import pathlib, sys, time
from infra.harness.results.kept import Run, write_kept
from infra.harness.results.rows import Result, check
name, out = sys.argv[1:]
pathlib.Path(f"{name}.seen").touch()
while len(list(pathlib.Path().glob("*.seen"))) < 2:
    time.sleep(0.01)
if name != "breaks":
    result = Result((check("met", "yes", "yes", True),))
    write_kept(pathlib.Path(out), {name: Run(result, "", "", "", 1.0, True)}, "trials")
"""


def test_trials_without_times_run_side_by_side_after_the_others(
    make_suite: Callable[..., Suite], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(
        suite_module, "_command", lambda _s, name, _g, out: [sys.executable, "-c", MEETS_ANOTHER, name, str(out)]
    )
    suite = replace(make_suite(one=holds, two=holds, timed=holds), untimed=frozenset({"one", "two"}))

    assert main(suite, ["--quick"]) == 0

    assert {"one", "two", "timed"} == set(read_kept(Path("var/soak-quick.json")))
    out = capsys.readouterr().out
    assert out.index("timed ...") < out.index("one, two ...")


def test_a_trial_whose_process_leaves_no_result_failed(
    make_suite: Callable[..., Suite], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(
        suite_module, "_command", lambda _s, name, _g, out: [sys.executable, "-c", MEETS_ANOTHER, name, str(out)]
    )
    suite = replace(make_suite(one=holds, breaks=holds), untimed=frozenset({"one", "breaks"}))

    assert main(suite, ["--quick"]) == 1


def test_an_unknown_name_is_a_usage_error(make_suite: Callable[..., Suite], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(make_suite(one=holds), ["nothing"])

    assert ended.value.code == 2
    assert "nothing" in capsys.readouterr().err
