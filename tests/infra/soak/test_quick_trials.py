"""The short version of every trial of the service's faults: real processes, a real store, real kills."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from infra.harness.rows import CannotRun, Outcome, Setting, overall
from infra.soak.__main__ import TRIALS

pytestmark = pytest.mark.server

NAMES = (
    "killed",
    "store_down",
    "store_misbehaves",
    "disk",
    "spool_full",
    "resent",
    "lost_page",
    "crowd",
    "greedy",
    "stopped",
)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_promised_holds_in_a_short_trial(name: str, tmp_path: Path) -> None:
    trial = importlib.import_module(TRIALS[name])

    try:
        rows = trial.run(Setting(tmp_path, quick=True))
    except CannotRun as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))

    assert [row for row in rows if row.outcome is Outcome.FAILED] == []
    assert overall(rows) is Outcome.HELD
