"""Measures what a model learns from a new writer, and what that costs other writers: the trainer itself, in rounds.

python -m infra.learning --drawings pendigits.ndjson.gz --drawings unipen.ndjson.gz --family softmax
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from infra.learning.curve import draw_curve
from infra.learning.rounds import Learning, NotTrained, Round
from infra.learning.writers import NoSuchWriter, Parts, part
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings
from training.families.recipes import FAMILIES, Family, UnknownFamily, family_named
from training.learning.challenger import Run
from training.models.shipped import FIRST_MODELS

HEAD = (
    "round  drawings             this writer           other writers      gate      s\n"
    "                  mean   50 %  100 %    mean   50 %  100 %"
)


def main(
    drawings: Annotated[
        list[Path], typer.Option(exists=True, dir_okay=False, help="NDJSON, gzipped or not; repeat for more")
    ],
    family: Annotated[list[str] | None, typer.Option(help="only this family; repeat for more")] = None,
    rounds: Annotated[int, typer.Option(min=1)] = 10,
    each: Annotated[int, typer.Option(min=1, help="at most this many drawings a round")] = 100,
    writer: Annotated[
        str | None, typer.Option(help="the new writer, by the start of their hash; by default who drew most")
    ] = None,
    pool: Annotated[int, typer.Option(min=1, help="this many writers of one source count as one")] = 1,
    models: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="folder of the first models")
    ] = FIRST_MODELS,
    figures: Annotated[Path | None, typer.Option(help="folder for the curves, as SVG")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    threads: Annotated[int, typer.Option(min=1, help="cores to train on")] = 1,
) -> None:
    """Trains each family in rounds, measures after each, and prints the results."""
    found: dict[str, list[Round]] = {}
    try:
        parts = part([d for file in drawings for d in read_drawings(file)], writer, rounds, each, pool)
        if not as_json:
            print(describe(parts, each))
        for chosen in _families(family):
            found[chosen.name] = _rounds(chosen, models, parts, Run(threads=threads), quiet=as_json)
            if figures is not None:
                figures.mkdir(parents=True, exist_ok=True)
                (figures / f"learning-{chosen.name}.svg").write_bytes(draw_curve(chosen.name, found[chosen.name]))
    except (NoSuchWriter, NotTrained, UnknownFamily, DrawingError) as error:
        sys.exit(f"learning: {error}")
    if as_json:
        families = {name: [round_.to_record() for round_ in rounds_] for name, rounds_ in found.items()}
        print(json.dumps({"who": describe(parts, each), "families": families}, indent=1))


def describe(parts: Parts, asked: int) -> str:
    """Describes the training and the measured drawings."""
    fewer = f" ({asked} were asked for, there are no more)" if parts.each < asked else ""
    return (
        f"new: {parts.writer} of {parts.source}, {len(parts.rounds)} rounds of {parts.each} drawings{fewer}\n"
        f"measured on: {len(parts.held_back)} of theirs, held back, and {_by_writers(parts.others)}\n"
        f"the gate judges by: {_by_writers(parts.validation)}, and the reference drawings"
    )


def _by_writers(drawings: Sequence[LabelledDrawing]) -> str:
    return f"{len(drawings)} by {len({drawing.contributor for drawing in drawings})} other writers"


def _families(names: list[str] | None) -> list[Family]:
    return [family_named(name) for name in names] if names else [f for f in FAMILIES if f.resume is not None]


def _rounds(family: Family, models: Path, parts: Parts, run: Run, quiet: bool) -> list[Round]:
    found = []
    if not quiet:
        print(f"\n{family.name}\n{HEAD}")
    for round_ in Learning(family, models, parts, run).rounds():
        found.append(round_)
        if not quiet:
            print(row(round_), flush=True)
    return found


def row(round_: Round) -> str:
    """One line of the table."""
    scores = "  ".join(
        f"{100 * s.mean:6.1f} {100 * s.at_50:6.1f} {100 * s.at_100:6.1f}" for s in (round_.own, round_.others)
    )
    gate = "-" if round_.number == 0 else "passed" if round_.accepted else "refused"
    return f"{round_.number:5d} {round_.drawings:9d}  {scores}  {gate:>8} {round_.seconds:6.1f}"


if __name__ == "__main__":
    typer.run(main)
