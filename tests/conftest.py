"""Hypothesis without its time limits, and the tests spread over the workers of pytest-xdist.

A busy machine exceeds such limits at random. A worker runs whole files, whose fixtures are then made once.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("thorough"), max_examples=25)  # make test-fast
settings.load_profile("thorough")

APART = {"tests/infra/soak/test_quick_trials.py"}  # share nothing: any worker may run each test
BROWSER_TESTS = Path(__file__).with_name("browser")  # collected by `make test-browser` alone


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Not by xdist's groups: its 3.8 forms none with pytest 9.2, without a word."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class WholeFiles(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return nodeid if file in APART else file

    return WholeFiles(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    astray = [item for item in items if item.get_closest_marker("browser") and BROWSER_TESTS not in item.path.parents]
    if astray:
        raise pytest.UsageError(f"{astray[0].nodeid} is marked browser, but it is not in {BROWSER_TESTS.name}/")
    unmarked = [item for item in items if not item.get_closest_marker("browser") and BROWSER_TESTS in item.path.parents]
    if unmarked:
        raise pytest.UsageError(f"{unmarked[0].nodeid} is in {BROWSER_TESTS.name}/, but it is not marked browser")
    # Longest first: what starts last would keep one worker busy while the others have nothing left.
    sizes = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (_file_of(item) not in APART, item.path not in slow, -sizes[item.path]))


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
