"""Measures the gain by a memory of the writer's own drawings, and the loss for someone else at the same browser.

python -m infra.personal --drawings pendigits.ndjson.gz --drawings unipen7.ndjson.gz
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from infra.harness.champions import champions_in
from infra.harness.data.selection import read_all
from infra.harness.options import AsJson, Drawings, Models
from infra.harness.results.markdown import markdown
from infra.personal.gains import Gain, averages, gains, read_writer
from infra.personal.writers import writers_of
from service.inference.predictor import make_predictor
from service.personal.embedder import Embedder, NoEmbedding
from service.personal.regression import Constants
from training.models.registry import RegistryError
from training.models.shipped import FIRST_MODELS

HEAD = (
    "drawings by", "memory", "of each digit", "writers",
    "mean, plain", "mean, with memory", "points", "finished, plain", "finished, with memory", "points",
)  # fmt: skip


def main(
    drawings: Drawings,
    models: Models = FIRST_MODELS,
    family: Annotated[str, typer.Option(help="a family whose model has an embedding")] = "path",
    each: Annotated[list[int] | None, typer.Option(min=1, help="drawings of each digit that are given")] = None,
    most: Annotated[int, typer.Option(min=1, help="drawings of a writer that are read")] = 60,
    all_writers: Annotated[bool, typer.Option(help="also writers that models may be trained on")] = False,
    constant: Annotated[list[str] | None, typer.Option(help="of the regression, such as width=0.3")] = None,
    as_json: AsJson = False,
) -> None:
    """Prints a Markdown table: accuracy over ten stages and finished, without and with a memory."""
    counts = sorted(set(each or (1, 2, 5)))
    try:
        constants = Constants(**dict(_parse_constant(text) for text in constant or ()))
        embedder = Embedder(make_predictor(*champions_in(models, [family])))
        writers = writers_of(read_all(drawings, all_writers), max(counts), most)
    except (DrawingError, NoEmbedding, RegistryError, ValueError) as error:
        sys.exit(f"personal: {error}")
    if not writers:
        sys.exit(f"personal: no held-out writer with more than {max(counts)} drawings of each digit")
    found = gains([read_writer(writer, embedder) for writer in writers], counts, constants)
    rows = [*found, *averages(found)]
    print(json.dumps([_record(gain) for gain in rows]) if as_json else table(rows))


def _parse_constant(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    known = [field.name for field in fields(Constants)]
    if name not in known:
        raise ValueError(f"constant {text!r}, expected one of {', '.join(known)} and a value")
    return name, float(value)


def table(found: Iterable[Gain]) -> str:
    return markdown(HEAD, map(_cells, found), aligned_right=8)


def _cells(gain: Gain) -> Sequence[object]:
    shares = (gain.plain.mean(), gain.personal.mean()), (gain.plain[-1], gain.personal[-1])
    (plain, weighed), (plain_end, weighed_end) = (tuple(f"{100 * share:.1f}" for share in pair) for pair in shares)
    return (
        gain.source, gain.whose, gain.each, gain.writers,
        plain, weighed, f"{gain.mean:+.1f}", plain_end, weighed_end, f"{gain.finished:+.1f}",
    )  # fmt: skip


def _record(gain: Gain) -> dict[str, object]:
    return {
        "source": gain.source, "memory": gain.whose, "each": gain.each, "writers": gain.writers,
        "drawings": gain.drawings, "plain": gain.plain.round(4).tolist(), "personal": gain.personal.round(4).tolist(),
    }  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
