"""The client's errors."""

from __future__ import annotations


class MidstrokeError(Exception):
    """Everything that this package raises for the service's sake."""


class NotConnected(MidstrokeError):
    """The service did not answer in time."""


class ConnectionEnded(MidstrokeError):
    """The service closed the connection with a code after which a client does not reconnect."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the service closed the connection with {code}{': ' if reason else ''}{reason}")
        self.code = code
        self.reason = reason


class SnapshotRefused(MidstrokeError):
    """The service could not answer a snapshot, or did not understand a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class ContributionRefused(MidstrokeError):
    """The service does not take this drawing; sending it again would not help."""

    def __init__(self, drawing: str, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.id = drawing
        self.code = code
        self.message = message
