"""A client of Midstroke: `async with connect(url) as ink: async for guess in ink.watch(strokes)`."""

from midstroke_client.connection import Ink, connect
from midstroke_client.errors import (
    ConnectionEnded,
    ContributionRefused,
    MidstrokeError,
    NotConnected,
    SnapshotRefused,
)
from midstroke_client.outbox import Outbox, new_contributor
from midstroke_client.replies import Accepted, Guess, Terms, Welcome

__all__ = [
    "Accepted",
    "ConnectionEnded",
    "ContributionRefused",
    "Guess",
    "Ink",
    "MidstrokeError",
    "NotConnected",
    "Outbox",
    "SnapshotRefused",
    "Terms",
    "Welcome",
    "connect",
    "new_contributor",
]
