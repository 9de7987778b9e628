"""A running service with a set of shapes, alike at the beginning of each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collector.storage.symbol_sets import write_set
from service.admission.operator import Operator
from service.inference import live_models
from service.settings import Settings
from tests.service.serving import Service, serving
from tests.service.sets.shapes import OPERATOR_TOKEN, shapes


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("sets"), Settings(operator_token=OPERATOR_TOKEN)) as service:
        yield service


@pytest.fixture
def service(running: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """One service for all tests, each with a set of its own beginning: nothing of the former test is left."""
    # A second of the tests has more of the operator's calls than people make.
    monkeypatch.setattr(Operator, "admit", _without_limits(Operator.admit))
    monkeypatch.setattr(live_models, "FAMILIES_SECONDS", 0.0)  # a published family is seen at once
    write_set(running.store, shapes())
    running.sets.poll()
    yield running
    for key in list(running.store.keys("sets/")):
        running.store.delete(key)
    running.sets.poll()
    shutil.rmtree(running.baselines.parent / "sets")


def _without_limits(admit: Callable[[Operator, Any], None]) -> Callable[[Operator, Any], None]:
    def admit_any_number(operator: Operator, headers: Any) -> None:
        for bucket in (operator._calls, operator._wrong):
            bucket._tokens = 10.0
        admit(operator, headers)

    return admit_any_number
