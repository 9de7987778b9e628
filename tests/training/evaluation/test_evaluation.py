"""Evaluation of probabilities made by hand."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from collector.ink.encodings import Inputs
from training.data.generated.reference import reference_drawings
from training.evaluation.evaluation import evaluate, measure, prepare, to_record
from training.evaluation.figures import draw_figures, draw_svg
from training.models.interpreter import Interpreter

INK = (0.25, 0.5, 0.75, 1.0)


def guesses(*rows: tuple[int, ...], confidence: float = 0.91) -> np.ndarray:
    """Probabilities whose leading digits are these, one row a drawing."""
    rest = (1 - confidence) / 9
    return np.array([[np.where(np.arange(10) == digit, confidence, rest) for digit in row] for row in rows])


def test_accuracy_is_measured_at_every_stage() -> None:
    evaluation = measure(guesses((1, 7, 7, 7), (2, 2, 3, 3)), np.array([7, 3]), "ab", INK)

    assert evaluation.accuracy.tolist() == [0, 0.5, 1, 1]
    assert evaluation.mean == 0.625
    assert (evaluation.at(0.5), evaluation.at(1.0)) == (0.5, 1.0)


def test_recall_confusion_and_support_are_of_finished_drawings() -> None:
    evaluation = measure(guesses((3, 3, 3, 5), (3, 3, 3, 3), (0, 0, 0, 8)), np.array([3, 3, 8]), "aab", INK)

    assert evaluation.recall[[3, 8]].tolist() == [0.5, 1.0]
    assert np.isnan(evaluation.recall[0])
    assert evaluation.support.tolist() == [0, 0, 0, 2, 0, 0, 0, 0, 1, 0]
    assert evaluation.confusion[3, 5] == 1


def test_log_loss_is_of_the_labels_probability_and_bounded() -> None:
    sure_and_wrong = np.eye(10)[np.array([[1, 1, 1, 1]])]

    evaluation = measure(sure_and_wrong, np.array([2]), "a", INK)

    assert evaluation.log_loss == pytest.approx(np.full(4, -np.log(1e-7)))


def test_flips_count_changes_of_the_leading_digit() -> None:
    evaluation = measure(guesses((1, 7, 1, 7), (4, 4, 4, 4)), np.array([7, 4]), "ab", INK)

    assert evaluation.flips == 1.5


def test_ink_until_right_is_where_it_stays_right() -> None:
    rows = [(7, 1, 7, 7)] * 8 + [(7, 7, 7, 7)] + [(7, 7, 7, 1)]

    evaluation = measure(guesses(*rows), np.full(10, 7), "a" * 10, INK)

    assert evaluation.ink_until_right == (0.75, None)


def test_a_model_that_is_as_sure_as_it_is_right_has_no_calibration_error() -> None:
    rows = [(7,)] * 9 + [(1,)]

    calibrated = measure(guesses(*rows, confidence=0.9), np.full(10, 7), "a" * 10, (1.0,))
    boasting = measure(guesses(*rows, confidence=0.99), np.full(10, 7), "a" * 10, (1.0,))

    assert calibrated.calibration_error[0] == pytest.approx(0, abs=1e-9)
    assert boasting.calibration_error[0] == pytest.approx(0.09)


def test_writers_with_few_drawings_are_counted_together() -> None:
    evaluation = measure(guesses(*[(7,)] * 5, *[(1,)] * 6), np.full(11, 7), "aaaaabbbbbc", (1.0,))

    assert evaluation.by_writer.tolist() == [0, 1]


class Counter(Interpreter):
    """Says the digit that it is asked for the how-many-eth time, modulo ten."""

    def __init__(self) -> None:
        self.calls = 0
        self.classes = 10

    def predict(self, inputs: Inputs) -> np.ndarray:
        assert inputs["points"].shape == (1, 48, 2)
        self.calls += 1
        return np.eye(10, dtype=np.float32)[(self.calls - 1) // 10 % 10]


def test_every_stage_of_every_drawing_is_predicted_as_in_service() -> None:
    drawings = reference_drawings("validation", 2)
    interpreter = Counter()

    evaluation = evaluate(interpreter, prepare(drawings, "path48"))

    assert interpreter.calls == 200
    assert evaluation.mean == 1


@pytest.mark.slow  # draws figures
def test_the_record_is_json_and_the_figures_are_the_same_each_time() -> None:
    evaluation = measure(guesses((1, 7, 7, 7), (2, 2, 3, 3)), np.array([7, 3]), "ab", INK)

    record, figures = to_record(evaluation), draw_figures(evaluation)

    assert json.loads(json.dumps(record, allow_nan=False))["mean"] == 0.625
    assert sorted(figures) == ["accuracy.svg", "classes.svg", "confusion.svg", "reliability.svg"]
    assert all(svg.startswith(b"<?xml") and svg.rstrip().endswith(b"</svg>") for svg in figures.values())
    assert draw_figures(evaluation) == figures


def test_figures_need_no_styles() -> None:
    svg = draw_svg(lambda axes: axes.plot([0, 1], [0, 1], linestyle="--", label="a; b"))

    assert b"style" not in svg
    assert b'stroke-dasharray="' in svg
    ElementTree.fromstring(svg)  # noqa: S314 - our own


def test_the_late_confusion_counts_the_stages_from_80_percent_of_the_ink_on() -> None:
    evaluation = measure(guesses((3, 3, 3, 5), (3, 3, 5, 5)), np.array([3, 3]), "aa", (0.25, 0.5, 0.8, 1.0))

    assert evaluation.late_confusion[3].tolist() == [0, 0, 0, 1, 0, 3, 0, 0, 0, 0]
    assert evaluation.metrics("nobody").confusion[3] == (0, 0, 0, 1, 0, 3, 0, 0, 0, 0)


@pytest.mark.slow  # draws figures
def test_names_of_classes_are_plain_text_in_figures() -> None:
    evaluation = measure(guesses((1, 1, 1, 1), (2, 2, 2, 2)), np.array([1, 2]), "ab", INK)
    names = ["$x^2$", r"\frac{1", "<b>&", "__init__", "日本", "a" * 60, "%s", "{0}", "ع", "é"]

    svg = draw_figures(evaluation, names)["classes.svg"]

    texts = {text.strip() for element in ElementTree.fromstring(svg).iter() for text in [element.text or ""]}  # noqa: S314 - our own
    assert {"$x^2$", r"\frac{1", "<b>&", "__init__", "日本", "a" * 15 + "…"} <= texts


@pytest.mark.slow  # draws figures
def test_two_hundred_classes_fit_into_a_figure() -> None:
    labels = np.arange(200)
    evaluation = measure(np.repeat(np.eye(200)[:, None], 4, axis=1), labels, "a" * 200, INK)

    figures = draw_figures(evaluation, [f"class {number}" for number in range(200)])

    assert b"class 4<" in figures["confusion.svg"]
    assert b"class 1<" not in figures["confusion.svg"]
    assert len(figures["confusion.svg"]) < 200_000
