"""Modules that load TensorFlow, imported by the tests that use them and not when tests are collected: it takes 4 s."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def fit() -> Any:
    return pytest.importorskip("training.learning.fitting.fit")


@pytest.fixture(scope="session")
def conversion() -> Any:
    return pytest.importorskip("training.learning.fitting.conversion")


@pytest.fixture(scope="session")
def runtime() -> Any:
    return pytest.importorskip("training.learning.fitting.runtime")
