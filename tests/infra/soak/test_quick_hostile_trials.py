"""The short version of every trial of hostile input, on a real service."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from infra.harness.rows import Outcome, Setting, overall
from infra.soak.__main__ import TRIALS

pytestmark = pytest.mark.slow  # runs trials

NAMES = ("hostile_frames", "bombs", "origins", "stored_text", "artifacts", "fuzzing")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_hostile_does_harm_in_a_short_trial(name: str, tmp_path: Path) -> None:
    rows = importlib.import_module(TRIALS[name]).run(Setting(tmp_path, quick=True))

    if overall(rows) is Outcome.NOT_JUDGED:
        pytest.skip(str(rows[0].ours))
    assert [row for row in rows if row.outcome is Outcome.FAILED] == []
