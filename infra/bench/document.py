"""Writes `docs/performance.md` and its plots from kept results."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Mapping
from pathlib import Path

from infra.harness.results.kept import Run
from infra.harness.results.rows import Curve
from infra.harness.results.tables import markdown_table

PREFACE = """\
# Performance

`make bench` writes this page; the explanations are in `infra/bench/`, beside the code that measures. The command under
each title repeats that one measurement. Each figure is measured in the same run and on the same machine as what it is
compared with: absolute numbers apply to that machine, ratios carry over better. `FAILED` marks a goal that this run
did not reach.
"""


def write_page(file: Path, benchmarks: Mapping[str, str], runs: Mapping[str, Run]) -> None:
    """Writes a section for each full run, and each of its curves as an SVG file beside the page.

    `benchmarks` has each one's module, by name.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    machines = sorted({run.machine for run in runs.values() if not run.quick})
    parts = [PREFACE, "".join(f"Measured on: {machine}.\n" for machine in machines)]
    for name, module in benchmarks.items():
        if name in runs and not runs[name].quick:
            parts += _section(name, module, runs[name], file.parent)
    file.write_text("\n".join(parts))


def _section(name: str, module: str, run: Run, folder: Path) -> list[str]:
    text = importlib.import_module(module)
    command = f"`python -m infra.bench {name}`, {run.seconds:.0f} s, {run.at}."
    parts = [f"## {text.TITLE}\n", f"{command}\n", f"{text.TEXT.strip()}\n", f"{markdown_table(run.result.rows)}\n"]
    for curve in run.result.curves:
        plot = f"performance-{re.sub(r'[^a-z0-9]+', '-', curve.name.lower()).strip('-')}.svg"
        (folder / plot).write_bytes(draw_curve(curve))
        parts.append(f"![{curve.name}]({plot})\n")
    return parts


def draw_curve(curve: Curve) -> bytes:
    """The curve as SVG, the same bytes for the same numbers."""
    # Slow to import, and only used here.
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
