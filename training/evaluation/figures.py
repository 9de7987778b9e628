"""Draws an evaluation as SVGs for light and dark pages, with matplotlib, without a display."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from training.evaluation.evaluation import Evaluation

INK = "#808080"  # readable on light and dark pages
FAINT = "#80808040"
ACCENT = "#d9480f"
SIZE = (5.2, 3.4)  # inches

STYLE: dict[str, Any] = {
    "figure.figsize": SIZE,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "font.size": 10,
    "font.family": "sans-serif",
    "svg.fonttype": "none",  # text stays text, in the page's font
    "svg.hashsalt": "midstroke",  # equal evaluations give equal bytes
    "text.parse_math": False,  # names of classes are plain text, whatever dollar signs they have
}
DIGITS = tuple(str(digit) for digit in range(10))
MANY = 24  # classes from which on a figure shows counts by tone alone
MOST_NAMED = 60  # classes that fit along an axis; of more, only some are named
NAME_CHARACTERS = 16  # of a class along an axis


def draw_figures(evaluation: Evaluation, names: Sequence[str] = DIGITS) -> dict[str, bytes]:
    """SVGs by file name: accuracy against ink, reliability, confusion at full ink, drawings of each class.

    `names` are those of the classes, plain text.
    """
    size = _size_for(len(names))
    return {
        "accuracy.svg": draw_svg(lambda axes: _accuracy(axes, evaluation)),
        "reliability.svg": draw_svg(lambda axes: _reliability(axes, evaluation)),
        "confusion.svg": draw_svg(lambda axes: _confusion(axes, evaluation, names), size),
        "classes.svg": draw_svg(
            lambda axes: _classes(axes, evaluation, names), None if size is None else (size[0], SIZE[1])
        ),
    }


def draw_svg(draw: Callable[[Any], None], size: tuple[float, float] | None = None) -> bytes:
    """A figure with one pair of axes in the common style; `size` in inches."""
    # Imported here: it takes half a second. Only the SVG backend is used.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context(cast("Any", STYLE)), warnings.catch_warnings():
        # Text stays text: the page's font draws what matplotlib's own, which only measures it, has no glyph for.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(layout="constrained", figsize=size)
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return plain_svg(out.getvalue())


def plain_svg(svg: bytes) -> bytes:
    """Turns inline styles into attributes: the page's content security policy allows no styles."""
    whole = re.sub(rb"<style.*?</style>", b"", svg, flags=re.DOTALL)
    whole = whole.replace(b"<svg ", b'<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    return re.sub(rb'style="([^"]*)"', _attributes, whole)


def _attributes(style: re.Match[bytes]) -> bytes:
    pairs = (pair.split(b":", 1) for pair in style[1].split(b";") if pair.strip())
    return b" ".join(b'%s="%s"' % (name.strip(), value.strip()) for name, value in pairs)


def _accuracy(axes: Any, evaluation: Evaluation) -> None:
    ink, accuracy = 100 * np.array(evaluation.ink), 100 * evaluation.accuracy
    axes.plot(ink, accuracy, color=ACCENT, linewidth=2, marker="o", markersize=4, clip_on=False)
    for at in (0.5, 1.0):
        axes.annotate(
            f"{100 * evaluation.at(at):.1f} %", (100 * at, 100 * evaluation.at(at)), textcoords="offset points",
            xytext=(-4, 8 if evaluation.at(at) < 0.9 else -16), ha="right",
        )  # fmt: skip
    axes.set(
        title=f"Read correctly, of {evaluation.drawings} drawings; mean {100 * evaluation.mean:.1f} %",
        xlabel="ink drawn, % of the finished digit", ylabel="read correctly, %", xlim=(0, 100), ylim=(0, 100),
    )  # fmt: skip


def _reliability(axes: Any, evaluation: Evaluation) -> None:
    share, confidence, accuracy = evaluation.reliability.T
    seen = share > 0
    axes.plot((0, 100), (0, 100), color=INK, linewidth=1, linestyle=(0, (3, 3)))
    axes.scatter(
        100 * confidence[seen],
        100 * accuracy[seen],
        s=20 + 600 * share[seen],
        color=ACCENT,
        alpha=0.75,
        linewidths=0,
        clip_on=False,
    )
    error = 100 * float(evaluation.calibration_error.mean())
    axes.set(
        title=f"Confidence against accuracy, off by {error:.1f} points a stage", xlabel="predicted probability, %",
        ylabel="read correctly, %", xlim=(0, 100), ylim=(0, 100),
    )  # fmt: skip


def _confusion(axes: Any, evaluation: Evaluation, names: Sequence[str]) -> None:
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    rows = evaluation.confusion / np.maximum(evaluation.confusion.sum(axis=1, keepdims=True), 1)
    tone = LinearSegmentedColormap.from_list("tone", [ACCENT + "00", ACCENT + "ff"])
    axes.imshow(np.sqrt(rows), cmap=tone, vmin=0, vmax=1)  # the root lifts the rare mistakes into sight
    shown = evaluation.confusion if len(names) <= MANY else np.zeros_like(evaluation.confusion)
    for label, guess in zip(*np.nonzero(shown), strict=True):
        colour = "white" if rows[label, guess] > 0.3 else INK
        count = str(evaluation.confusion[label, guess])
        axes.text(guess, label, count, ha="center", va="center", fontsize=7, color=colour)
    axes.grid(visible=False)
    axes.set(
        title=f"Finished {_whats(names)}: drawn and guessed", xlabel="guessed", ylabel="drawn",
    )  # fmt: skip
    _name(axes.set_xticks, names)
    _name(axes.set_yticks, names)


def _classes(axes: Any, evaluation: Evaluation, names: Sequence[str]) -> None:
    places = np.arange(len(names))
    axes.bar(places, evaluation.support, color=FAINT, width=0.7)
    axes.bar(places, evaluation.confusion.diagonal(), color=ACCENT, width=0.7)
    axes.grid(visible=False, axis="x")
    whats = _whats(names)
    axes.set(
        title=f"Finished {whats}, those read correctly in colour", ylabel="drawings",
        xlabel="digit" if whats == "digits" else "symbol",
    )  # fmt: skip
    _name(axes.set_xticks, names)


def _whats(names: Sequence[str]) -> str:
    return "digits" if tuple(names) == DIGITS else "symbols"


def _size_for(classes: int) -> tuple[float, float] | None:
    """Inches for a figure with a row for each class; None for the common size."""
    side = min(12.0, 0.16 * classes + 1.6)
    return None if classes <= len(DIGITS) else (max(SIZE[0], side), max(SIZE[1], side))


def _name(set_ticks: Callable[..., object], names: Sequence[str]) -> None:
    """Names the classes along an axis: all, or of very many every second or third."""
    if tuple(names) == DIGITS:
        set_ticks(range(len(names)))
        return
    step = -(-len(names) // MOST_NAMED)
    short = [name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…" for name in names[::step]]
    turned = {"rotation": 90} if getattr(set_ticks, "__name__", "") == "set_xticks" and max(map(len, short)) > 2 else {}
    set_ticks(range(0, len(names), step), short, fontsize=7, **turned)
