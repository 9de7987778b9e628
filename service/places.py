"""What lies where in the service's own folder, `var`."""

from __future__ import annotations

from pathlib import Path


def spool_file(var: Path) -> Path:
    return var / "spool.sqlite"


def key_file(var: Path) -> Path:
    """The key that turns a browser's token into a contributor's hash."""
    return var / "contributor.key"
