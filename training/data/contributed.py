"""Reads the contributed drawings that are in use, to train from scratch or to evaluate on. Writes nothing."""

from __future__ import annotations

from pathlib import Path

from collector.contribution.layout import SHARDS
from collector.moderation.moderation import read_moderation
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import DIGITS, SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.compaction import live_and_left
from training.data.shards.files import ShardFiles
from training.data.shards.reader import Shards
from training.data.stored.moderated import moderated
from training.data.stored.stored_drawings import StoredDrawings


def contributed_drawings(
    store: ObjectStore, shard_cache: Path | None = None, processes: int = 1, symbols: SymbolSet = DIGITS
) -> list[LabelledDrawing]:
    """All drawings in shards and all arrivals that are in no shard yet; each once, in the order of arrival.

    Raises:
        StoreError: the store could not be read.
    """
    stored, shards = StoredDrawings(store, symbols=symbols), Shards(ShardFiles(store, shard_cache), symbols=symbols)
    # Before the shards: a drawing that a trainer compacts in between is then in both, not in neither.
    arrived = [arrival.drawing for arrival in stored.arrivals()]
    shards.hold(live_and_left(store.keys(SHARDS))[0])
    deleted = stored.tombstones()
    kept = {drawing.id: drawing for drawing in shards.drawings() if drawing.id not in deleted}
    new = stored.read((drawing for drawing in arrived if drawing not in kept), processes)
    return moderated([*kept.values(), *new], read_moderation(store))
