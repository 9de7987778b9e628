"""`midstroke retire-samples`: deletes the PNGs of drawings that shards keep."""

from __future__ import annotations

from typing import Annotated

import typer

from collector.settings import open_store
from collector.storage.object_store import StoreError
from collector.storage.symbol_sets import read_set, store_of
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols
from service.cli.errors import fail, read_as
from service.cli.training.training_input import set_cache, shard_cache
from training.data.shards.files import ShardFiles
from training.data.shards.retirement import retire_samples as retire
from training.settings import TrainingSettings

app = typer.Typer(add_completion=False)


@app.command()
def retire_samples(
    set_id: Annotated[str, typer.Option("--set", metavar="SET", help="Symbol set whose samples go.")] = DIGITS_ID,
) -> None:
    """Delete the sample PNGs of drawings that are in a shard, for good; nothing does so by itself.

    Models are trained on shards, and contributors go on seeing their drawings by their strokes. Back up `shards/`
    first: the PNGs are what lost shards could be made from again.
    """
    settings = read_as(TrainingSettings)
    whole = open_store(settings)
    try:
        symbols = read_set(whole, set_id)
        store = store_of(whole, symbols.id)
        cache = shard_cache(settings) if symbols.is_digits else set_cache(settings, symbols.id)
        done = retire(store, ShardFiles(store, cache), symbols)
    except (StoreError, BadSymbols) as error:
        fail(str(error))
    typer.echo(f"{done.deleted} samples deleted, {done.kept} kept: their drawings are in no shard yet")
