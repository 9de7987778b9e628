"""Measures the service and the trainer beside what they are compared with: every figure of `docs/performance.md`.

python -m infra.bench [NAME ...] [--quick] [--peers PYTHON] [--drawings FILE ...] [--out var/bench.json]

A benchmark is a module in one of this package's folders with `TITLE`, `TEXT` (its explanation in the document) and
`measure(setting) -> Result`, listed in `BENCHMARKS`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from infra.bench.document import write_page
from infra.harness.results.rows import Outcome, Result, Setting
from infra.harness.results.suite import Suite, main, modules_of
from infra.harness.results.tables import BENCH_COLUMNS

BENCHMARKS = modules_of(
    "infra.bench",
    ("serving", ("predictions", "personal", "drawers", "swaps", "footprint", "workers", "metrics_cost", "shadow")),
    ("training", ("beside_training",)),
    ("peers", ("peers",)),
    ("page", ("canvas_png", "page_cost")),
    ("training", ("original_loop", "retraining", "memory_of_training", "growth", "fit_on_ray")),
)


def measure(module: ModuleType, setting: Setting) -> Result:
    """The benchmark's result; a quick run is too short to judge a goal by."""
    result: Result = module.measure(setting)
    if not setting.quick:
        return result
    return replace(result, rows=tuple(replace(row, outcome=Outcome.NOT_JUDGED) for row in result.rows))


SUITE = Suite(
    name="bench",
    description="Measures every figure of docs/performance.md, or those named.",
    kind="benchmarks",
    modules=BENCHMARKS,
    run=measure,
    title=lambda module: str(module.TITLE),
    columns=BENCH_COLUMNS,
    write_document=lambda file, runs: write_page(file, BENCHMARKS, runs),
    docs=Path("docs/performance.md"),
)


def run(arguments: Sequence[str] | None = None) -> int:
    return main(SUITE, arguments)


if __name__ == "__main__":
    sys.exit(run())
