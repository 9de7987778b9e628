"""Fixtures: a page of another origin, and the service that its canvases are drawn on with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.embed.embedding import Elsewhere
from tests.running import RunningService, free_port, running_service


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere()
    yield site
    site.close()


@pytest.fixture(scope="module")
def embedded(elsewhere: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    port = free_port()
    elsewhere.embed(f"http://127.0.0.1:{port}")
    env = {"MIDSTROKE_ALLOWED_ORIGINS": elsewhere.url}
    with running_service(tmp_path_factory.mktemp("embedded"), port, env) as service:
        yield service
