"""The benchmarks by name, in the order of `docs/performance.md`. None is loaded before it is run."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from infra.bench.result import Result, Setting


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module with `measure(Setting) -> Result` and its explanation `TEXT` (or else its docstring)."""

    name: str
    title: str
    module: str

    @property
    def text(self) -> str:
        module = importlib.import_module(self.module)
        return str(getattr(module, "TEXT", None) or module.__doc__ or "").strip()

    @property
    def measure(self) -> Callable[[Setting], Result]:
        measure: Callable[[Setting], Result] = importlib.import_module(self.module).measure
        return measure


BENCHMARKS = tuple(
    Benchmark(name, title, f"infra.bench.{room}.{name}")
    for room, name, title in (
        ("serving", "predictions", "Predictions a second"),
        ("serving", "drawers", "A hundred drawers at once"),
        ("serving", "swaps", "Model swaps under load"),
        ("serving", "footprint", "Start and memory"),
        ("serving", "workers", "Two processes on two cores"),
        ("training", "beside_training", "Drawing while the trainer trains"),
        ("peers", "peers", "Beside other ways to serve a drawn digit"),
        ("page", "canvas_png", "From a canvas's PNG to a snapshot"),
        ("page", "page_cost", "What the page costs"),
        ("training", "original_loop", "Beside the loop of 2016"),
        ("training", "retraining", "From a drawing to a better model"),
        ("training", "memory_of_training", "Memory of a training"),
    )
)


class NoSuchBenchmark(ValueError):
    """No benchmark has this name."""


def benchmarks_named(names: list[str]) -> list[Benchmark]:
    """Those asked for, in the catalogue's order; all of them when none is.

    Raises:
        NoSuchBenchmark: a name is none of theirs.
    """
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    for name in names:
        if name not in known:
            raise NoSuchBenchmark(f"{name!r} is no benchmark, expected some of {', '.join(known)}")
    return [benchmark for benchmark in BENCHMARKS if not names or benchmark.name in names]
