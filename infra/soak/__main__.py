"""Tries every promise of `docs/reliability.md` on a real service: python -m infra.soak [TRIAL ...].

To add a trial, put a module in the folder of its kind (`storage/`: contributions reach the store; `load/`: many or
greedy clients; `hostile/`: hostile input; `training/`: the trainer) and name it in `TRIALS`:

    ABOUT = "One socket sends 10,000 pings/s beside 20 visitors who draw"  # its title in the table

    def run(setting: Setting) -> list[Row]:
        seconds = 2.0 if setting.quick else 20.0
        with running_service(setting.scratch / "var") as service:
            ...
        return [none_of("sockets closed", closed, 20, "sockets"), at_most(setting, "prediction p99", p99, 2.0, "ms")]

`infra.harness.results.rows` makes the rows: `check`, `none_of` and `informational`; `at_most` for times and memory,
which a quick run does not judge. A trial without times may be in `UNTIMED`. Quick versions of all run in
`tests/infra/soak`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

from infra.harness.results.rows import Result, Setting
from infra.harness.results.suite import Suite, main, modules_of
from infra.harness.results.tables import SOAK_COLUMNS
from infra.soak.document import write_table

TRIALS = modules_of(
    "infra.soak",
    ("storage", ("killed", "store_down", "store_misbehaves", "disk", "spool_full", "resent", "lost_page",
                 "uploader_killed", "quarantined")),
    ("load", ("crowd", "greedy", "stopped", "flooders", "stalled", "few_descriptors", "locked_spool",
              "rolling_restart")),
    ("hostile", ("hostile_frames", "bombs", "origins", "stored_text", "falsified_samples", "artifacts", "fuzzing")),
    ("training", ("poison", "trainer_killed", "two_trainers")),
)  # fmt: skip
# Run side by side, after the others: they judge no times, and wait or train much of theirs.
UNTIMED = frozenset({
    "spool_full", "uploader_killed", "quarantined", "resent", "hostile_frames", "origins", "stored_text",
    "falsified_samples", "artifacts", "fuzzing", "poison", "trainer_killed", "two_trainers",
})  # fmt: skip


def run_trial(module: ModuleType, setting: Setting) -> Result:
    return Result(tuple(module.run(setting)))


SUITE = Suite(
    name="soak",
    description="Tries every promise of docs/reliability.md, or the trials named.",
    kind="trials",
    modules=TRIALS,
    run=run_trial,
    title=lambda module: str(module.ABOUT).rstrip("."),
    columns=SOAK_COLUMNS,
    write_document=write_table,
    docs=None,
    untimed=UNTIMED,
)


def run(arguments: Sequence[str] | None = None) -> int:
    return main(SUITE, arguments)


if __name__ == "__main__":
    sys.exit(run())
