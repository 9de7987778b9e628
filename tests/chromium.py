"""The Chromium that tests drive; where it is, is found by `infra/chromium.py`."""

from __future__ import annotations

from infra.chromium import ARGUMENTS, chromium_path

__all__ = ["ARGUMENTS", "chromium_path"]
