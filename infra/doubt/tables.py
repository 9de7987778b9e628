"""Scores as Markdown tables: the goals' figures, and each figure by stage."""

from __future__ import annotations

from collections.abc import Iterable

from infra.doubt.scores import CALIBRATION_BINS, EARLY, Score
from infra.harness.results.markdown import markdown
from training.data.dataset import EVALUATION_STAGES

FIGURES = (
    ("family", "goal"),
    ("area under the curve, finished", ">= .985"),
    ("the same by highest probability", ""),
    ("unsure, finished digits", "<= 2 %"),
    ("unsure, finished letters", ">= 85 %"),
    ("settled and then unchanged", ">= 98 %"),
    (f"settled by {100 * EARLY:.0f} % ink", ">= 50 %"),
    (f"calibration error in {CALIBRATION_BINS} bins, worst stage", "<= 2.5 points"),
)


def goals_table(scores: Iterable[Score]) -> str:
    """A row for each family, and the goals above them."""
    return markdown([head for head, _ in FIGURES], [[goal for _, goal in FIGURES], *map(_goal_cells, scores)])


def stages_table(scores: Iterable[Score]) -> str:
    """Each figure at 10, 20 ... 100 % of the ink, in %."""
    ink = [f"{100 * stage:.0f}" for stage in EVALUATION_STAGES]
    lines = []
    for score in scores:
        rows = {
            "area under the curve": score.area,
            "unsure digits": score.unsure_digits,
            "unsure letters": score.unsure_symbols,
            "settled": score.settled,
            "calibration error": score.calibration_error,
            "of it by chance": score.calibration_by_chance,
        }
        for number, (name, values) in enumerate(rows.items()):
            lines.append(["" if number else f"`{score.family}`", name, *(f"{100 * value:.1f}" for value in values)])
    return markdown(["family", "figure", *ink[:-1], f"{ink[-1]} % ink"], lines)


def _goal_cells(score: Score) -> list[str]:
    return [
        f"`{score.family}`",
        f"{score.area[-1]:.3f}".removeprefix("0"),
        f"{score.area_by_probability:.3f}".removeprefix("0"),
        _percent(score.unsure_digits[-1]),
        _percent(score.unsure_symbols[-1]),
        "never settled" if score.settled_stays is None else _percent(score.settled_stays),
        _percent(score.settled_early),
        f"{100 * max(score.calibration_error):.1f} points",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
