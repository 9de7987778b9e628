"""The part of a websocket's connection that its session may use besides ASGI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from service.network.limits.budget import Budget

EXTENSION: Final = "midstroke.connection"  # in the ASGI scope: a `Connection`

READ_AT: Final = "midstroke.read_at"  # in ASGI events: when the message came, by `now_ns`

# The answers to messages that came together; None: they are to go to the session.
Answerer = Callable[[list[bytes]], list[str] | None]


@dataclass(frozen=True, slots=True)
class Connection:
    answer_by: Callable[[Answerer], None]  # takes the call that answers on the fast path; the session has begun
    budget: Budget
