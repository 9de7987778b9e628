"""Compares the object store with what was acknowledged."""

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
from infra.harness.results.rows import Row, none_of
from service.paths import spool_file
from training.data.stored.stored_drawings import StoredDrawings

READERS = 8
SAMPLES_READ = 50  # drawings whose samples are all read and hashed; of the others the keys are compared


@dataclass(frozen=True, slots=True)
class Stored:
    """Numbers of drawings; all but `drawings` count faults."""

    drawings: int = 0
    lost: int = 0  # acknowledged, and missing or incomplete
    twice: int = 0  # stored more than once, or with more samples than their JSON names
    unsent: int = 0  # stored, and never sent


def wait_until_drained(var: Path, seconds: float) -> float:
    """Returns after how many seconds nothing waited for upload any more; at most after `seconds`."""
    spool, began = Spool(spool_file(var)), time.monotonic()
    try:
        while spool.uploads.backlog().drawings and time.monotonic() - began < seconds:
            time.sleep(0.1)
        return time.monotonic() - began
    finally:
        spool.close()


def inspect_store(store: ObjectStore, acknowledged: Collection[str], sent: Collection[str], seed: int = 1) -> Stored:
    """Reads every drawing of the store."""
    stored = [parse_drawing_key(key) for key in store.keys(DRAWINGS)]
    samples = Counter(key.split("/")[3] for key in store.keys(SAMPLES))
    arrivals = Counter(arrival.drawing for arrival in StoredDrawings(store).arrivals())
    with_samples = set(random.Random(seed).sample(sorted(stored), min(SAMPLES_READ, len(stored))))
    with ThreadPoolExecutor(READERS) as pool:
        counts = pool.map(lambda drawing: _count_samples(store, drawing, drawing in with_samples), stored)
        named = dict(zip(stored, counts, strict=True))
    complete = {drawing for drawing, count in named.items() if 0 < count <= samples[drawing] and arrivals[drawing]}
    twice = {drawing for drawing, times in Counter(stored).items() if times > 1 or samples[drawing] > named[drawing]}
    twice |= {drawing for drawing, times in arrivals.items() if times > 1}
    return Stored(len(named), len(set(acknowledged) - complete), len(twice), len(set(named) - set(sent)))


def _count_samples(store: ObjectStore, drawing: str, read_samples: bool) -> int:
    """The number of samples that its JSON names; 0 if one of those read has another hash."""
    stored = parse_stored_drawing(store.get(drawing_key(drawing)))
    for sample in stored.samples if read_samples else ():
        if hashlib.sha256(store.get(sample.key)).hexdigest() != sample.sha256:
            return 0
    return len(stored.samples)


def rows_of(stored: Stored, acknowledged: int) -> list[Row]:
    return [
        none_of("acknowledged and lost", stored.lost, acknowledged, "contributions"),
        none_of("stored twice", stored.twice, stored.drawings, "drawings"),
        none_of("stored though never sent", stored.unsent, stored.drawings, "drawings"),
    ]
