"""How far the trainer has got with each family: the form of `trainer/progress.json`, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from training.stored_drawings import Arrival, window_start

FORMAT = 1


class BadProgress(ValueError):
    """These bytes are no trainer's progress."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`mark` is the last arrival that was trained on; `seen` are those near it, for late ones sort before it."""

    mark: str = ""
    seen: frozenset[str] = frozenset()
    trained_on: int = 0

    def is_new(self, arrival: Arrival) -> bool:
        return arrival.drawing not in self.seen and self._in_window(arrival)

    def after(self, arrivals: Iterable[Arrival], trained_on: int) -> Progress:
        """Once these arrivals, among them all new ones, were dealt with; `trained_on` of them taught."""
        known = list(arrivals)
        moved = Progress(max([self.mark, *(arrival.time for arrival in known)]))
        near = frozenset(arrival.drawing for arrival in known if moved._in_window(arrival))
        return Progress(moved.mark, near, self.trained_on + trained_on)

    def _in_window(self, arrival: Arrival) -> bool:
        return f"{window_start('')}{arrival.time}_" >= window_start(self.mark)


def to_json(progress: Mapping[str, Progress]) -> bytes:
    """Progress of each family."""
    families = {
        name: {"mark": p.mark, "seen": sorted(p.seen), "trained_on": p.trained_on} for name, p in progress.items()
    }
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
        found = {
            str(name): Progress(str(p["mark"]), frozenset(str(d) for d in p["seen"]), int(p["trained_on"]))
            for name, p in record["families"].items()
        }
        for p in found.values():
            window_start(p.mark)  # a mark that is no time is found out here, not at the next poll
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadProgress(f"progress of {len(body)} bytes: {type(error).__name__}: {error}") from error
    return found
