"""The label filter's verdict on a stored drawing, as its JSON document at `verdicts/v1/<drawing>.json`.

Only filtered drawings have one: every other drawing is used as its contributor's hash says. No I/O.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

FORMAT = 1


class BadVerdict(ValueError):
    """The bytes are not a verdict; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """The drawing looks like another digit than its label; `confirmed` is the contributor's answer when asked."""

    drawing: str
    confirmed: bool

    def to_json(self) -> bytes:
        record = {"format": FORMAT, "drawing": self.drawing, "verdict": "filtered", "confirmed": self.confirmed}
        return json.dumps(record).encode()


def parse_verdict(body: bytes) -> Filtered:
    """Reads the bytes of `Filtered.to_json`.

    Raises:
        BadVerdict: not JSON, another format or verdict, or a field is missing.
    """
    try:
        record = json.loads(body)
        if record["format"] != FORMAT or record["verdict"] != "filtered":
            raise BadVerdict(f"format {record['format']!r:.40}, verdict {record['verdict']!r:.40}")
        return Filtered(str(record["drawing"]), record["confirmed"] is True)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadVerdict(f"{len(body)} bytes that are not a verdict: {type(error).__name__}: {error}") from error
