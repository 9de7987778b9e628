"""Fixtures that start a service for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from tests.service.serving import Service, serving


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts a service with settings of the test's own."""
    with ExitStack() as running:

        def start(**settings: Any) -> Service:
            return running.enter_context(serving(tmp_path, Settings(**settings)))

        yield start


@pytest.fixture
def service(start_service: Callable[..., Service]) -> Service:
    return start_service()
