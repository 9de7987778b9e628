"""Paths of files in the service's folder `var`, and beside the shipped models."""

from __future__ import annotations

from pathlib import Path

from collector.settings import KEY_FILE
from training.models.shipped import FIRST_MODELS

SHIPPED_BASELINES = FIRST_MODELS / "baselines"


def spool_file(var: Path) -> Path:
    return var / "spool.sqlite"


def key_file(var: Path) -> Path:
    """The key that turns a browser's token into a contributor's hash."""
    return var / KEY_FILE
