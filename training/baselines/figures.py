"""Draws the comparison with the ancestors in the style of `training.evaluation.figures`: the project in colour, they in
gray.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.baselines.comparison import EVERY_STAGE, FINISHED, PROJECT, AncestorComparison, Confusion
from training.baselines.record import CLASSES, Labels, Record
from training.evaluation.figures import ACCENT, FAINT, INK, draw_svg

WIDE = (7.6, 4.2)  # inches: names stand beside the lines
DASHES = ("-", (0, (6, 2)), (0, (3, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (9, 3)))
MARKERS = "os^Dvx"
ON_ACCENT = "#ffffff"  # gray can't be read on the accent
LABEL_STEP = 5.5  # points of the axis that a name is high


def draw_figures(comparison: AncestorComparison) -> dict[str, bytes]:
    """SVGs by file name: accuracy against ink by training set, class counts, confusions."""
    figures: dict[str, bytes] = {}
    for name, trained_on, title in (
        ("ink.svg", EVERY_STAGE, "Trained on every stage"),
        ("ink-finished.svg", FINISHED, "Ancestors trained on finished digits alone"),
        ("ink-as-published.svg", None, "Ancestors as published"),
    ):
        chosen = _chosen(comparison.records, trained_on)
        if any(record.source != PROJECT for record in chosen):
            figures[name] = draw_svg(lambda axes, title=title, chosen=chosen: _ink(axes, title, chosen), WIDE)  # type: ignore[misc]
    for confusion in comparison.confusions:
        figures[f"confusion-{confusion.slug}.svg"] = draw_svg(lambda axes, shown=confusion: _confusion(axes, shown))  # type: ignore[misc]
    svc = {name: labels for name, labels in comparison.trained.items() if name.startswith("SVC")}
    if svc:
        figures["counts-svc.svg"] = draw_svg(lambda axes: _counts(axes, svc))
    return figures


def _chosen(records: Sequence[Record], trained_on: str | None) -> list[Record]:
    """The project's families, and the ancestors with this training set; None: their sources' own training set."""

    def fits(record: Record) -> bool:
        if record.source == PROJECT:
            return True
        return record.claimed is not None if trained_on is None else record.trained_on == trained_on

    return [record for record in records if record.accuracy and fits(record)]


def _ink(axes: Any, title: str, records: Sequence[Record]) -> None:
    heights = _label_heights([100 * record.accuracy[-1] for record in records])
    ours = theirs = 0
    for record, height in zip(records, heights, strict=True):
        mine = record.source == PROJECT
        number, colour = (ours, ACCENT) if mine else (theirs, INK)
        ours, theirs = ours + mine, theirs + (not mine)
        axes.plot(
            100 * np.array(record.ink), 100 * np.array(record.accuracy), color=colour, linewidth=2 if mine else 1.2,
            linestyle=DASHES[number % len(DASHES)], marker=MARKERS[number % len(MARKERS)], markersize=3.5,
            clip_on=False,
        )  # fmt: skip
        axes.annotate(
            f"{record.name} {100 * record.accuracy[-1]:.1f} %", (100, 100 * record.accuracy[-1]), xytext=(106, height),
            color=colour, fontsize=8.5, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": FAINT, "shrinkA": 1, "shrinkB": 3},
        )  # fmt: skip
    axes.set(
        title=f"{title}: read correctly, by unseen writers", xlabel="ink drawn, % of the finished digit",
        ylabel="read correctly, %", xlim=(0, 100), ylim=(0, 100),
    )  # fmt: skip


def _label_heights(values: Sequence[float]) -> list[float]:
    """The values moved apart until no names overlap, in the same order, none above 100."""
    heights = [0.0] * len(values)
    above = 100 + LABEL_STEP
    for i in sorted(range(len(values)), key=lambda i: -values[i]):
        above = heights[i] = min(values[i], above - LABEL_STEP)
    return heights


def _confusion(axes: Any, shown: Confusion) -> None:
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    rows = shown.counts / np.maximum(shown.counts.sum(axis=1, keepdims=True), 1)
    tone = LinearSegmentedColormap.from_list("tone", [ACCENT + "00", ACCENT + "ff"])
    strength = np.sqrt(rows)  # the root lifts the rare mistakes into sight
    axes.imshow(strength, cmap=tone, vmin=0, vmax=1)
    for label, guess in zip(*np.nonzero(shown.counts), strict=True):
        colour = ON_ACCENT if strength[label, guess] > 0.6 else INK
        axes.text(guess, label, str(shown.counts[label, guess]), color=colour, ha="center", va="center", fontsize=7)
    axes.grid(visible=False)
    axes.set_title(shown.title, fontsize=8)
    axes.set(xlabel="predicted", ylabel="drawn", xticks=range(CLASSES), yticks=range(CLASSES))


def _counts(axes: Any, trained: Mapping[str, Labels]) -> None:
    digits = np.arange(CLASSES)
    largest_first = sorted(trained.items(), key=lambda item: -len(item[1]))
    for (name, labels), colour in zip(largest_first, (FAINT, ACCENT), strict=False):
        axes.bar(digits, np.bincount(labels, minlength=CLASSES), color=colour, width=0.7, label=name)
    axes.legend(frameon=False, fontsize=8)
    axes.grid(visible=False, axis="x")
    axes.set(title="Images of each digit in the SVC's training set", xlabel="digit", ylabel="images", xticks=digits)
