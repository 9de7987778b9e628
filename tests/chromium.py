"""The Chromium that tests drive; where it is, is found by `infra/harness/clients/chromium.py`."""

from __future__ import annotations

from infra.harness.clients.chromium import ARGUMENTS, chromium_path

__all__ = ["ARGUMENTS", "chromium_path"]
