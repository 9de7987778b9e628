"""The curve of learning as an SVG, in the manner of a model's other figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.learning.rounds import Round
from training.evaluation.figures import ACCENT, INK, draw_svg


def draw_curve(family: str, rounds: Sequence[Round]) -> bytes:
    """Mean accuracy after each round on the new writer's held-back drawings, and on other writers'."""
    return draw_svg(lambda axes: _curve(axes, family, rounds))


def _curve(axes: Any, family: str, rounds: Sequence[Round]) -> None:
    drawings = [round_.drawings for round_ in rounds]
    lines = {
        "this writer": ([100 * round_.own.mean for round_ in rounds], ACCENT),
        "other writers": ([100 * round_.others.mean for round_ in rounds], INK),
    }
    for name, (values, color) in lines.items():
        axes.plot(drawings, values, color=color, linewidth=2, marker="o", markersize=4, clip_on=False)
        axes.annotate(
            f"{name} {values[-1]:.1f} %", (drawings[-1], values[-1]), textcoords="offset points", xytext=(0, 8),
            ha="right", color=color,
        )  # fmt: skip
    axes.set(
        title=f"{family}: right guesses, mean over ten stages",
        xlabel="drawings by a new writer that were learnt from", ylabel="right, %",
    )  # fmt: skip
