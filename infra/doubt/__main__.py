"""Measures how well models know what is no digit, when a guess is settled, and how far their probabilities hold.

python -m infra.doubt --drawings pendigits.ndjson.gz --drawings unipen.ndjson.gz --symbols letters.ndjson.gz
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from infra.doubt.scores import Score, score
from infra.doubt.tables import goals_table, stages_table
from infra.harness.champions import champions_in
from infra.harness.data.selection import held_out, read_all, spread
from infra.harness.options import AsJson, Drawings, Families, Models, Symbols
from service.inference.predictor import make_predictor
from training.data.augmentation.placing import ANYWHERE
from training.data.dataset import LabelledDrawing, placed
from training.data.drawing_files import read_symbols
from training.models.artifact import BadArtifact, BadCard
from training.models.registry import RegistryError
from training.models.shipped import FIRST_MODELS

LETTERS = "#%*@AEFHKMNPRWXadefhikmnpwx"  # which can't be mistaken for digits


def main(
    drawings: Drawings,
    symbols: Symbols,
    family: Families = None,
    models: Models = FIRST_MODELS,
    letters: Annotated[str, typer.Option(help="the symbols to tell from digits")] = LETTERS,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="place drawings anywhere on the canvas, 60 to 360 px large")
    ] = False,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="all writers; by default those that `midstroke train` holds out")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="at most this many digits and this many letters")] = None,
    as_json: AsJson = False,
) -> None:
    """Prints Markdown tables of each family's figures on held-out writers, beside the goals."""
    try:
        digits = spread(read_all(drawings, everyone), limit)
        others = spread(held_out(_unlike_digits(symbols, letters), everyone), limit)
        if anywhere:
            digits, others = placed(digits, ANYWHERE), placed(others, ANYWHERE)
        for found, what in ((digits, "digits"), (others, f"symbols among {letters!r}")):
            if not found:
                sys.exit(f"doubt: no {what} by {'anyone' if everyone else 'held-out writers'} in these files")
        predictors = [make_predictor(champion) for champion in champions_in(models, family)]
    except (DrawingError, RegistryError, BadArtifact, BadCard, OSError) as error:
        sys.exit(f"doubt: {error}")
    _print([score(predictor, digits, others) for predictor in predictors], as_json)


def _unlike_digits(files: Sequence[Path], letters: str) -> Iterator[LabelledDrawing]:
    return (drawing for file in files for symbol, drawing in read_symbols(file) if symbol in letters)


def _print(scores: Sequence[Score], as_json: bool) -> None:
    if as_json:
        print(json.dumps([each.to_record() for each in scores], indent=1))
        return
    for each in scores[:1]:
        print(f"{each.digits:,} digits and {each.symbols:,} letters\n")
    print(goals_table(scores), stages_table(scores), sep="\n\n")


if __name__ == "__main__":
    typer.run(main)
