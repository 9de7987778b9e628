"""Measures how well models know what is no digit, when a guess is settled, and how far their probabilities hold.

python -m infra.doubt --drawings pendigits.ndjson.gz --drawings unipen.ndjson.gz --symbols letters.ndjson.gz
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from collector.storage.folder_store import FolderStore
from infra.doubt.scores import Score, score
from infra.doubt.tables import goals_table, stages_table
from service.inference.predictor import Predictor, make_predictor
from training.data.augmentation.placing import ANYWHERE
from training.data.dataset import LabelledDrawing, placed
from training.data.drawing_files import read_drawings, read_symbols
from training.models.artifact import BadArtifact, BadCard
from training.models.registry import FIRST_MODELS, Registry, RegistryError

LETTERS = "#%*@AEFHKMNPRWXadefhikmnpwx"  # that nobody takes for a digit


def main(
    drawings: Annotated[
        list[Path], typer.Option(exists=True, dir_okay=False, help="NDJSON of digits; repeat for more")
    ],
    symbols: Annotated[
        list[Path],
        typer.Option(exists=True, dir_okay=False, help="NDJSON with `symbol` in place of `label`; repeat for more"),
    ],
    family: Annotated[list[str] | None, typer.Option(help="only this family; repeat for more")] = None,
    models: Annotated[Path, typer.Option(exists=True, file_okay=False, help="store with the champions")] = FIRST_MODELS,
    letters: Annotated[str, typer.Option(help="the symbols to tell from digits")] = LETTERS,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="place drawings anywhere on the canvas, 60 to 360 px large")
    ] = False,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="all writers; by default those that `midstroke train` holds out")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="at most this many digits and this many letters")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Prints Markdown tables of each family's figures on held-out writers, beside the goals."""
    try:
        digits = _chosen((d for file in drawings for d in read_drawings(file)), everyone, anywhere, limit)
        others = _chosen(_unlike_digits(symbols, letters), everyone, anywhere, limit)
        for found, what in ((digits, "digits"), (others, f"symbols among {letters!r}")):
            if not found:
                sys.exit(f"doubt: no {what} by {'anyone' if everyone else 'held-out writers'} in these files")
        predictors = _champions(Registry(FolderStore(models)), family)
    except (DrawingError, RegistryError, BadArtifact, BadCard, OSError) as error:
        sys.exit(f"doubt: {error}")
    _print([score(predictor, digits, others) for predictor in predictors], as_json)


def _unlike_digits(files: Sequence[Path], letters: str) -> Iterator[LabelledDrawing]:
    return (drawing for file in files for symbol, drawing in read_symbols(file) if symbol in letters)


def _chosen(
    found: Iterable[LabelledDrawing], everyone: bool, anywhere: bool, limit: int | None
) -> list[LabelledDrawing]:
    kept = [drawing for drawing in found if everyone or drawing.use == "validation"]
    if limit is not None and limit < len(kept):
        kept = [kept[number * len(kept) // limit] for number in range(limit)]
    return placed(kept, ANYWHERE) if anywhere else kept


def _champions(registry: Registry, families: Sequence[str] | None) -> list[Predictor]:
    """Raises:
    RegistryError: a family has no champion.
    BadArtifact: a champion fails its checks.
    """
    predictors = []
    for family in families or registry.families():
        champion = registry.champion(family)
        if champion is None:
            raise RegistryError(f"{family} has no champion")
        predictors.append(make_predictor(registry.load(family, champion.version)))
    return predictors


def _print(scores: Sequence[Score], as_json: bool) -> None:
    if as_json:
        print(json.dumps([each.to_record() for each in scores], indent=1))
        return
    for each in scores[:1]:
        print(f"{each.digits:,} digits and {each.symbols:,} letters\n")
    print(goals_table(scores), stages_table(scores), sep="\n\n")


if __name__ == "__main__":
    typer.run(main)
