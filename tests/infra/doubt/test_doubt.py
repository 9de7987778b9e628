"""Scores of doubt: by hand from few answers, and by the command from a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from infra.doubt.scores import Answers, answers, area_under_curve, calibration_by_chance, score, settled_stays
from infra.doubt.tables import goals_table, stages_table
from infra.harness.champions import shipped_artifact
from service.inference.predictor import make_predictor
from training.data.generated.reference import reference_drawings
from training.evaluation.evaluation import calibration_error, predict_all, prepare
from training.models.interpreter import Interpreter

DIGITS = reference_drawings("validation")[:12]
STROKES = [[[100, 100, 0], [100, 300, 100]], [[100, 200, 200], [200, 200, 300]], [[200, 100, 400], [200, 300, 500]]]


def answered(guesses: list[list[int]], settled: list[list[bool]]) -> Answers:
    nothing = np.zeros((len(guesses), len(guesses[0])))
    return Answers(np.eye(10)[guesses], nothing, nothing > 0, np.array(settled))


@pytest.mark.parametrize(
    ("symbols", "area"), [([0.8, 0.9], 1), ([0.1, 0.2], 0), ([0.5, 0.5], 0.5), ([0.3, 0.9], 0.5), ([0.5, 0.9], 0.75)]
)
def test_the_area_is_the_share_of_pairs_in_the_right_order(symbols: list[float], area: float) -> None:
    assert area_under_curve(np.array([0.5, 0.5]), np.array(symbols)) == area


def test_a_settled_guess_is_compared_with_the_last_from_where_it_first_settled() -> None:
    found = answered(
        [[1, 7, 7], [1, 7, 7], [3, 3, 8]],
        [[False, True, False], [True, True, True], [False, False, False]],
    )

    assert settled_stays(found) == 0.5  # the third is never settled and does not count


def test_without_a_settled_drawing_there_is_no_share() -> None:
    assert settled_stays(answered([[1, 7]], [[False, False]])) is None


def test_calibration_compares_confidence_with_accuracy_bin_by_bin() -> None:
    probabilities = np.full((10, 10), 0.05 / 9)
    probabilities[:, 3] = 0.95
    right = np.arange(10) < 7

    assert calibration_error(probabilities, right, 10) == pytest.approx(0.25)
    assert calibration_error(probabilities, np.arange(10) < 10, 10) == pytest.approx(0.05)


def test_chance_alone_makes_a_calibration_error_that_many_drawings_make_smaller() -> None:
    unsure = np.full((4000, 10), 0.5 / 9)
    unsure[:, 3] = 0.5

    assert calibration_by_chance(np.eye(10)) == 0  # certain, so always right
    # The mean distance of n coins' share of heads from a half is 0.4 / sqrt(n).
    assert calibration_by_chance(unsure[:40]) == pytest.approx(0.063, abs=0.02)
    assert calibration_by_chance(unsure) == pytest.approx(0.0063, abs=0.002)


def test_answers_are_those_of_the_service_at_every_stage() -> None:
    artifact = shipped_artifact("softmax")

    found = answers(make_predictor(artifact), DIGITS)

    predicted = predict_all(Interpreter(artifact.model, "ink20"), prepare(DIGITS, "ink20"))
    np.testing.assert_array_equal(found.probabilities, predicted)
    assert found.doubt.shape == found.unsure.shape == found.settled.shape == (12, 10)


def test_a_score_has_a_row_for_its_family_in_both_tables() -> None:
    scored = score(make_predictor(shipped_artifact("original")), DIGITS, DIGITS[:3])

    assert (scored.digits, scored.symbols, scored.settled_stays) == (12, 3, None)
    assert "| `original` | " in goals_table([scored])
    assert len(stages_table([scored]).splitlines()) == 2 + 6


def line(number: int, **of: object) -> str:
    return json.dumps({"id": str(number), "writer": "w", "source": "s", "strokes": STROKES, **of})


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.doubt", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    digits, letters = tmp_path / "digits.ndjson", tmp_path / "letters.ndjson"
    digits.write_text("\n".join(line(number, label=number % 10) for number in range(6)))
    letters.write_text("\n".join(line(number, symbol=symbol) for number, symbol in enumerate("HHO")))
    return digits, letters


def test_the_command_scores_chosen_letters_against_digits(files: tuple[Path, Path]) -> None:
    done = run("--drawings", files[0], "--symbols", files[1], "--everyone", "--family", "softmax", "--json")

    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)
    assert (record["family"], record["digits"], record["symbols"]) == ("softmax", 6, 2)
    assert len(record["area"]) == len(record["calibration_error"]) == 10


def test_files_without_letters_end_in_one_line(files: tuple[Path, Path]) -> None:
    done = run("--drawings", files[0], "--symbols", files[0], "--everyone")

    assert done.returncode == 1
    assert done.stderr.startswith("doubt: no symbols")
    assert len(done.stderr.splitlines()) == 1
