"""How far the trainer has got with each family: the form of `trainer/progress.json`, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = 2


class BadProgress(ValueError):
    """These bytes are no trainer's progress."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`mark` is the number of the last drawing that was dealt with; compaction numbers them as it takes them in."""

    mark: int = 0
    trained_on: int = 0

    def after(self, mark: int, trained_on: int) -> Progress:
        """Once all drawings up to the number `mark` were dealt with; `trained_on` of the new ones taught."""
        return Progress(max(self.mark, mark), self.trained_on + trained_on)


def to_json(progress: Mapping[str, Progress]) -> bytes:
    """Progress of each family."""
    families = {name: {"mark": p.mark, "trained_on": p.trained_on} for name, p in progress.items()}
    return json.dumps({"format": FORMAT, "families": families}).encode()


def parse_progress(body: bytes) -> dict[str, Progress]:
    """Reads `to_json`'s bytes.

    Raises:
        BadProgress: not JSON, another format, or a field that is missing or of the wrong form.
    """
    try:
        record = json.loads(body)
        if record["format"] != FORMAT:
            raise BadProgress(f"format {record['format']!r:.40}, expected {FORMAT}")
        return {str(name): Progress(int(p["mark"]), int(p["trained_on"])) for name, p in record["families"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadProgress(f"progress of {len(body)} bytes: {type(error).__name__}: {error}") from error
