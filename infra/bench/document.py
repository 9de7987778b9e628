"""`docs/performance.md` and its plots, made from what is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.bench.catalogue import Benchmark
from infra.bench.kept import Kept
from infra.bench.result import Curve
from infra.bench.tables import markdown_table

PREFACE = """\
# How fast, how large

Made by `make bench` from what it measured; the words stand in `infra/bench/`, each beside what it explains. One
figure alone is measured anew by the command under its title. Every figure stands beside another of the same run on
the same machine: absolute numbers are of that machine, ratios travel better. `NO` is a goal that this machine's run
did not reach.
"""


def write_page(file: Path, benchmarks: Sequence[Benchmark], kept: Mapping[str, Kept]) -> None:
    """The page of all benchmarks that were run in earnest, and a plot beside it of each of their curves."""
    file.parent.mkdir(parents=True, exist_ok=True)
    parts = [PREFACE, _machines(kept)]
    for benchmark in benchmarks:
        run = kept.get(benchmark.name)
        if run is not None and not run.quick:
            parts += _section(benchmark, run, file.parent)
    file.write_text("\n".join(parts))


def _machines(kept: Mapping[str, Kept]) -> str:
    machines = sorted({run.machine for run in kept.values() if not run.quick})
    return "".join(f"Measured on: {machine}.\n" for machine in machines)


def _section(benchmark: Benchmark, run: Kept, folder: Path) -> list[str]:
    command = f"`python -m infra.bench {benchmark.name}`, {run.seconds:.0f} s, {run.at}."
    parts = [f"## {benchmark.title}\n", f"{command}\n", f"{benchmark.text}\n", f"{markdown_table(run.result.rows)}\n"]
    for curve in run.result.curves:
        name = f"performance-{_slug(curve.name)}.svg"
        (folder / name).write_bytes(draw_curve(curve))
        parts.append(f"![{curve.name}]({name})\n")
    return parts


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def draw_curve(curve: Curve) -> bytes:
    """The curve as SVG, the same bytes for the same numbers."""
    # Slow to import, and only wanted here.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({"svg.hashsalt": "midstroke", "font.size": 9}):
        figure = Figure(figsize=(5.5, 3.2), layout="constrained")
        axes = figure.subplots()
        for name, points in curve.lines.items():
            axes.plot([x for x, _ in points], [y for _, y in points], marker="o", markersize=3, label=name)
        axes.set(xlabel=curve.x_label, ylabel=curve.y_label, title=curve.name)
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
        if len(curve.lines) > 1:
            axes.legend(frameon=False)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()
