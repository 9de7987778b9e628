"""Where the MinIO binary is; starting it is server.py's."""

from __future__ import annotations

from pathlib import Path

from infra.go_tools import built, pinned


def minio_binary() -> Path | None:
    """MinIO at the pinned version, built where it is not yet; None where Go is missing."""
    return built(pinned("minio"))
