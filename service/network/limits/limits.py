"""Limits on the connections of one process, and the file descriptors that the system grants it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

OTHER_DESCRIPTORS = 96  # store, spool, libraries, log, uploader, and room to start a process
LEAST_HTTP = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process."""

    sockets: int = 1000  # websockets with a session
    http_connections: int = 256  # all other connections: requests, handshakes, sockets that are being refused or closed
    buffered_bytes: int = 64 * 2**20  # of request bodies and messages that have begun and not ended
    frames_per_second: float = 1000.0  # of one socket


def raise_descriptor_limit() -> int | None:
    """Raises the soft limit of descriptors to the hard one, and returns it; None where there is none."""
    if resource is None:
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 2**20  # a soft limit without bounds makes some libraries close descriptors for minutes
    with contextlib.suppress(ValueError, OSError):  # some systems refuse more than they really have
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def fit_descriptors(wanted: Limits, descriptors: int | None) -> Limits:
    """`wanted`, lowered to so many descriptors: HTTP keeps at most a quarter of them, sockets get the rest."""
    if descriptors is None:
        return wanted
    free = max(2 * LEAST_HTTP, descriptors - OTHER_DESCRIPTORS)
    http = min(wanted.http_connections, max(LEAST_HTTP, free // 4))
    sockets = min(wanted.sockets, max(1, free - http))
    return Limits(sockets, http, wanted.buffered_bytes, wanted.frames_per_second)
