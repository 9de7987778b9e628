"""Hypothesis without its time limits, and the tests spread over the workers of pytest-xdist.

A busy machine exceeds such limits at random. A worker runs whole files, and each test marked `apart` by itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("thorough"), max_examples=25)  # make test-fast
settings.load_profile("thorough")

BROWSER_TESTS = Path(__file__).with_name("browser")  # collected by `make test-browser` alone


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "apart: shares nothing with its file; any worker may run it")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    astray = [item for item in items if item.get_closest_marker("browser") and BROWSER_TESTS not in item.path.parents]
    if astray:
        raise pytest.UsageError(f"{astray[0].nodeid} is marked browser, but it is not in {BROWSER_TESTS.name}/")
    unmarked = [item for item in items if not item.get_closest_marker("browser") and BROWSER_TESTS in item.path.parents]
    if unmarked:
        raise pytest.UsageError(f"{unmarked[0].nodeid} is in {BROWSER_TESTS.name}/, but it is not marked browser")
    if not config.pluginmanager.hasplugin("xdist"):
        return
    # Longest first: a trial that starts last would keep one worker busy while the others have nothing left.
    items.sort(key=lambda item: item.get_closest_marker("apart") is None)
    for item in items:
        group = item.nodeid if item.get_closest_marker("apart") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
