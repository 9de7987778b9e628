"""Writes the results of the trials as the table in `docs/reliability.md`. Runs no trial."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from infra.harness.results.kept import Run
from infra.harness.results.tables import SOAK_COLUMNS, markdown_table

BEGIN = "<!-- `make soak` writes the table below. -->"
END = "<!-- End of the table. -->"


def write_table(docs: Path, runs: Mapping[str, Run]) -> None:
    """Replaces the text between the two marks; appends both where the file has none."""
    text = docs.read_text() if docs.exists() else ""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    docs.write_text(f"{before.rstrip()}\n\n{BEGIN}\n\n{_tables(runs)}\n\n{END}{after or chr(10)}")


def _tables(runs: Mapping[str, Run]) -> str:
    return "\n\n".join(
        f"**{run.title}.** `python -m infra.soak {name}`, {run.seconds:.0f} s\n\n"
        + markdown_table(run.result.rows, SOAK_COLUMNS)
        for name, run in runs.items()
        if not run.quick
    )
