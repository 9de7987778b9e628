"""What lies where: in the service's own folder, `var`, and beside the models that Midstroke ships with."""

from __future__ import annotations

from pathlib import Path

from training.models.registry import FIRST_MODELS

SHIPPED_BASELINES = FIRST_MODELS / "baselines"


def spool_file(var: Path) -> Path:
    return var / "spool.sqlite"


def key_file(var: Path) -> Path:
    """The key that turns a browser's token into a contributor's hash."""
    return var / "contributor.key"
