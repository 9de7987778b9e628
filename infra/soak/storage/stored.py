"""What the object store has after all that was done to the service, held against what was acknowledged."""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from collector.contribution.layout import DRAWINGS, SAMPLES, drawing_key, parse_drawing_key
from collector.spool.spool import Spool
from collector.storage.object_store import ObjectStore
from collector.storage.stored_drawing import parse_stored_drawing
from infra.harness.rows import Row, none_of
from service.paths import spool_file
from training.data.stored_drawings import StoredDrawings

READERS = 8
PICTURES_READ = 50  # drawings whose every picture is read and hashed; of the others the names are compared


@dataclass(frozen=True, slots=True)
class Kept:
    """Numbers of drawings, all but `drawings` of those with something wrong."""

    drawings: int
    lost: int  # acknowledged, and not there or not whole
    twice: int  # there more than once, or with more samples than their JSON names
    unasked: int  # there, and never sent


def wait_until_drained(var: Path, seconds: float) -> float:
    """How long it took until nothing waited for upload any more; `seconds` when it still does."""
    spool, began = Spool(spool_file(var)), time.monotonic()
    try:
        while spool.backlog().drawings and time.monotonic() - began < seconds:
            time.sleep(0.1)
        return time.monotonic() - began
    finally:
        spool.close()


def look(store: ObjectStore, acknowledged: Collection[str], sent: Collection[str], seed: int = 1) -> Kept:
    """Reads every drawing of the store."""
    there = [parse_drawing_key(key) for key in store.keys(DRAWINGS)]
    samples = Counter(key.split("/")[3] for key in store.keys(SAMPLES))
    arrived = Counter(arrival.drawing for arrival in StoredDrawings(store).arrivals())
    read_whole = set(random.Random(seed).sample(sorted(there), min(PICTURES_READ, len(there))))
    with ThreadPoolExecutor(READERS) as pool:
        found = dict(zip(there, pool.map(lambda d: _samples_named(store, d, d in read_whole), there), strict=True))
    whole = {drawing for drawing, named in found.items() if 0 < named <= samples[drawing] and arrived[drawing]}
    twice = {drawing for drawing, times in Counter(there).items() if times > 1 or samples[drawing] > found[drawing]}
    twice |= {drawing for drawing, times in arrived.items() if times > 1}
    return Kept(len(found), len(set(acknowledged) - whole), len(twice), len(set(found) - set(sent)))


def _samples_named(store: ObjectStore, drawing: str, read_pictures: bool) -> int:
    """How many samples its JSON names; 0 where one of those read is another than it says."""
    stored = parse_stored_drawing(store.get(drawing_key(drawing)))
    for sample in stored.samples if read_pictures else ():
        if hashlib.sha256(store.get(sample.key)).hexdigest() != sample.sha256:
            return 0
    return len(stored.samples)


def rows_of(kept: Kept, acknowledged: int) -> list[Row]:
    """The promise itself."""
    return [
        none_of("acknowledged and lost", kept.lost, acknowledged, "contributions"),
        none_of("kept twice", kept.twice, kept.drawings, "drawings"),
        none_of("kept though never sent", kept.unasked, kept.drawings, "drawings"),
    ]
