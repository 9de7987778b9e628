"""The quick version of every trial: real processes, a real store, real kills, a real browser."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from infra.harness.results.rows import CannotRun, Outcome, Setting, overall
from infra.soak.__main__ import TRIALS


# They wait most of their time, so that other workers run beside them.
@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("name", TRIALS)
def test_no_promise_fails_in_the_quick_version_of_a_trial(name: str, tmp_path: Path) -> None:
    try:
        rows = importlib.import_module(TRIALS[name]).run(Setting(tmp_path, quick=True))
    except CannotRun as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))

    if overall(rows) is Outcome.NOT_JUDGED:
        pytest.skip(str(rows[0].ours))
    assert [row for row in rows if row.outcome is Outcome.FAILED] == []
