r"""Measures the accuracy on writers and whole laboratories left out of the training: an estimate for new writers.

python -m infra.hold_out --drawings pendigits.ndjson.gz --drawings unipen.ndjson.gz --family softmax --together 4
python -m infra.hold_out --drawings unipen.ndjson.gz --drawings uji2.ndjson.gz --symbols others.ndjson.gz \
    --source uji2
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from infra.harness.data.selection import read_all
from infra.harness.options import AsJson, Drawings, Families
from infra.hold_out.folds import Fold, NothingToHoldOut, by_laboratory, by_source, by_writer
from infra.hold_out.scores import Score, averages, scores
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_symbols
from training.families.recipes import FAMILIES, UnknownFamily, family_named
from training.learning.challenger import Run

HEAD = (
    f"{'family':9} {'source':18} {'placing':18} {'drawings':>8}"
    + "".join(f"{10 * k:6d}" for k in range(1, 11))
    + "   mean"
)


class By(StrEnum):
    writers = "writers"
    laboratories = "laboratories"


def main(
    drawings: Drawings,
    family: Families = None,
    by: Annotated[By, typer.Option(help="hold out a fifth of the writers by hash, or each source")] = By.laboratories,
    source: Annotated[
        list[str] | None, typer.Option(help="hold out the sources whose names begin so, at once; repeat for more")
    ] = None,
    symbols: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="letters and symbols to learn doubt from")
    ] = None,
    together: Annotated[int, typer.Option(min=1, help="sources left out of one training")] = 1,
    batches: Annotated[float, typer.Option(min=0, max=1, help="share of the recipe's batches to train for")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Trains anew for each part that is held out, and prints the accuracy on it."""
    run = Run(threads=os.cpu_count() or 1)
    found: list[Score] = []
    try:
        families = [family_named(name) for name in family] if family else list(FAMILIES)
        if not as_json:
            print(HEAD)
        digits = read_all(drawings, everyone=True)
        letters = [letter for file in symbols or [] for _, letter in read_symbols(file)]
        for fold in [by_source(digits, source)] if source else _folds(digits, by, together):
            with_letters = replace(fold, drawings=(*fold.drawings, *letters))
            for score in scores(with_letters, families, batches, run):
                found.append(score)
                if not as_json:
                    print(row(score), flush=True)
    except (NothingToHoldOut, UnknownFamily, DrawingError) as error:
        sys.exit(f"hold_out: {error}")
    _finish(found, as_json)


def _folds(drawings: list[LabelledDrawing], by: By, together: int) -> Iterable[Fold]:
    return [by_writer(drawings)] if by is By.writers else by_laboratory(drawings, together)


def _finish(found: list[Score], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"scores": [s.to_record() for s in found], "means": [s.to_record() for s in averages(found)]}))
        return
    for score in averages(found):
        print(row(score))


def row(score: Score) -> str:
    """One line of the table, in %."""
    stages = "".join(f"{100 * a:6.1f}" for a in score.accuracy)
    return f"{score.family:9} {score.source:18} {score.placing:18} {score.drawings:8d}{stages}{100 * score.mean:7.1f}"


if __name__ == "__main__":
    typer.run(main)
