"""What came out of the trials: kept as JSON, and told as the table in docs/reliability.md. Nothing is tried in here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.soak.result import Row

BEGIN = "<!-- The table is written by `make soak`; what is above it is not. -->"
END = "<!-- End of the table. -->"


@dataclass(frozen=True, slots=True)
class Found:
    """One trial's outcome."""

    trial: str
    about: str
    seconds: float
    seed: int
    rows: tuple[Row, ...]

    @property
    def held(self) -> bool:
        return all(row.held for row in self.rows)


def merge(out: Path, found: Sequence[Found], order: Sequence[str]) -> list[Found]:
    """Writes these outcomes among those that `out` has of other trials; returns all, in the order of `order`."""
    known = {one.trial: one for one in _read(out)} | {one.trial: one for one in found}
    merged = [known[name] for name in order if name in known]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"trials": [asdict(one) for one in merged]}, indent=1) + "\n")
    return merged


def _read(out: Path) -> list[Found]:
    if not out.exists():
        return []
    records: list[dict[str, Any]] = json.loads(out.read_text())["trials"]
    return [Found(**{**record, "rows": tuple(Row(**row) for row in record["rows"])}) for record in records]


def write_table(docs: Path, found: Sequence[Found]) -> None:
    """Puts the table between its marks, or at the end of a text without any."""
    text = docs.read_text() if docs.exists() else ""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    docs.write_text(f"{before.rstrip()}\n\n{BEGIN}\n\n{_table(found)}\n\n{END}{after or chr(10)}")


def _table(found: Sequence[Found]) -> str:
    lines = []
    for one in found:
        lines += [f"**{one.about}.** `python -m infra.soak {one.trial}`, {one.seconds:.0f} s", ""]
        lines += ["| what is promised | came out | bound | held |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(map(_cell, (row.name, row.figure, row.bound)))} | {_held(row)} |" for row in one.rows]
        lines.append("")
    return "\n".join(lines).rstrip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _held(row: Row) -> str:
    return "yes" if row.held else "**no**"
