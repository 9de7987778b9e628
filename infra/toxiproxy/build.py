"""Where the toxiproxy server's binary is: a TCP proxy that delays, cuts and swallows on command."""

from __future__ import annotations

from pathlib import Path

from infra.go_tools import built, pinned


def toxiproxy_binary() -> Path | None:
    """Toxiproxy's server at the pinned version, built where it is not yet; None where Go is missing."""
    return built(pinned("toxiproxy"))
