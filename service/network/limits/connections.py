"""State that all connections of one process share: their limits, and the ledgers of what they hold."""

from __future__ import annotations

from service.metrics.metrics import Metrics
from service.network.limits.ledger import Ledger
from service.network.limits.limits import Limits

PHASE_SECONDS = 15.0  # for each part of an exchange: a request's head, its body, a handshake
LAST_SECONDS = 1.0  # for clients to take the last bytes, once the process ends


class Connections:
    """For one event loop."""

    def __init__(self, limits: Limits, phase_seconds: float = PHASE_SECONDS, metrics: Metrics | None = None) -> None:
        self.metrics = metrics or Metrics()
        self.limits = limits
        self.phase_seconds = phase_seconds
        self.guests = Ledger(limits.http_connections)  # all but websockets with a session
        self.buffered = Ledger(limits.buffered_bytes)  # bytes of bodies and messages that have begun and not ended
