"""Fixtures that start a service for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

import fastapi.routing
import fastapi.utils
import pytest

from service.settings import Settings
from tests.service.serving import Service, serving
from training.models import artifact


@pytest.fixture(scope="session", autouse=True)
def _shipped_weights_are_read_once() -> Iterator[None]:
    """Every service checks the shipped models; expanding their weights again each time takes half of its start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artifact, "read_weights", lru_cache(maxsize=16)(artifact.read_weights))
        yield


@pytest.fixture(scope="session", autouse=True)
def _schemas_of_responses_are_built_once() -> Iterator[None]:
    """FastAPI builds a validator for every response of every route, which takes half of the rest of a service's start.

    They depend on nothing but a route's name, the status and the class of the response.
    """
    with pytest.MonkeyPatch.context() as patch:
        built_once = lru_cache(maxsize=512)(fastapi.utils.create_model_field)
        patch.setattr(fastapi.routing, "create_model_field", built_once)
        yield


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts a service with settings of the test's own."""
    with ExitStack() as running:

        def start(**settings: Any) -> Service:
            return running.enter_context(serving(tmp_path, Settings(**settings)))

        yield start


@pytest.fixture(scope="module")
def one_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service"), Settings()) as service:
        yield service


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Service:
    """A service of the test's own, or that of its file if it is marked `unchanged_service`."""
    if request.node.get_closest_marker("unchanged_service") is not None:
        return request.getfixturevalue("one_service")
    start: Callable[..., Service] = request.getfixturevalue("start_service")
    return start()
