"""Close codes of the application. Clients don't reconnect after 44xx, and reconnect later after 45xx."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    NOT_THIS_PROTOCOL = 4400
    ORIGIN_NOT_ALLOWED = 4403
    TOO_MANY_WRONG_MESSAGES = 4408
    SERVER_ERROR = 4500
    TOO_MANY_SOCKETS = 4503


# 1009 (message too large) and 1012 (the service restarts) are sent by the server below the application.
