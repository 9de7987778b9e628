"""The short version of the trials of learning: wrong labels through the trainer, and a trainer that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.harness.rows import Outcome, Setting, overall
from infra.soak.training import poison, trainer_killed

pytestmark = pytest.mark.slow  # runs trials


def test_wrong_labels_do_no_harm_in_a_short_trial(tmp_path: Path) -> None:
    rows = poison.run(Setting(tmp_path, quick=True))

    assert [row for row in rows if row.outcome is Outcome.FAILED] == []
    assert overall(rows) is Outcome.HELD


@pytest.mark.server
def test_a_killed_trainer_trains_on_each_drawing_once_in_a_short_trial(tmp_path: Path) -> None:
    rows = trainer_killed.run(Setting(tmp_path, quick=True))

    assert [row for row in rows if row.outcome is Outcome.FAILED] == []
    assert overall(rows) is Outcome.HELD
