"""Measures the accuracy on the kinds of pictures that people send, beside plain drawings of held-out writers.

python -m infra.pictures --drawings pendigits.ndjson.gz --drawings unipen.ndjson.gz --mnist mnist.npz
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from infra.harness.champions import champions_in
from infra.harness.data.selection import read_all
from infra.harness.options import AsJson, Drawings, Models
from infra.pictures.kinds import KINDS
from infra.pictures.scores import Score, drawing_scores, mnist_scores
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, rng_of
from training.models.interpreter import Interpreter
from training.models.shipped import FIRST_MODELS

FAMILIES = ("cnn", "softmax")
HEAD = f"{'family':9} {'kind':32} {'pictures':>8} {'mean':>6} {'(plain)':>8} {'finished':>9} {'(plain)':>8}"


def main(
    drawings: Drawings,
    mnist: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="MNIST as npz")] = None,
    models: Models = FIRST_MODELS,
    kind: Annotated[list[str] | None, typer.Option(help="only kinds whose names begin so; repeat for more")] = None,
    most: Annotated[int, typer.Option(min=1, help="drawings by held-out writers, and MNIST pictures")] = 300,
    finished: Annotated[bool, typer.Option("--finished", help="finished drawings alone")] = False,
    as_json: AsJson = False,
) -> None:
    """Prints the accuracy on pictures of each kind, read as the service reads them."""
    stages = (1.0,) if finished else EVALUATION_STAGES
    try:
        chosen = _held_out(drawings, most)
    except DrawingError as error:
        sys.exit(f"pictures: {error}")
    if not chosen:
        sys.exit("pictures: no drawings by held-out writers in these files")
    served = _models(models)
    kinds = {name: each for name, each in KINDS.items() if name == "plain" or not kind or name.startswith(tuple(kind))}
    found: list[Score] = []
    if not as_json:
        print(HEAD)
    for score in drawing_scores(chosen, served, stages, kinds):
        found.append(score)
        if not as_json:
            print(row(score, found), flush=True)
    for score in mnist_scores(mnist, most, served) if mnist else ():
        found.append(score)
        if not as_json:
            print(row(score, found), flush=True)
    if as_json:
        print(json.dumps([score.to_record() for score in found]))


def _held_out(files: list[Path], most: int) -> list[LabelledDrawing]:
    """At most `most` drawings by held-out writers, the same ones in every run."""
    found = read_all(files)
    order = rng_of("pictures").permutation(len(found))
    return [found[number] for number in order[:most]]


def _models(folder: Path) -> dict[str, Interpreter]:
    champions = {artifact.card.family: artifact for artifact in champions_in(folder)}
    return {
        family: Interpreter(champions[family].model, champions[family].card.encoding)
        for family in FAMILIES
        if family in champions
    }


def row(score: Score, before: list[Score]) -> str:
    """One line of the table, in %, beside the same model's plain drawings."""
    plain = next(each for each in before if each.family == score.family and each.kind == "plain")
    return (
        f"{score.family:9} {score.kind:32} {score.pictures:8d} {100 * score.mean:6.1f} {100 * plain.mean:8.1f}"
        f" {100 * score.accuracy[-1]:9.1f} {100 * plain.accuracy[-1]:8.1f}"
    )


if __name__ == "__main__":
    typer.run(main)
