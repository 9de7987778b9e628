"""A challenger in the shadow: where it waits in the store, and the counts of how it compares with the champion.

Only sums by ink length are kept. Visitors who only watch gave no consent: no drawing, frame or token is stored.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from collector.contribution.layout import SHADOW
from collector.ink.encodings import Encoding, Inputs
from collector.ink.ink20_2 import PLACE_SIDE
from collector.ink.snapshot import GRID
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.prefixed_store import PrefixedStore
from training.models.card import FAMILY_NAME, VERSION_NAME
from training.models.registry import Registry

FORMAT = 1
# Upper bounds of the bins, in longer sides of the canvas: a handwritten digit has 1 to 2.5 of them when finished.
BINS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, math.inf)
PEN_WIDTH = 16.0  # px of the page's pen on its canvas of 500; a picture's ink divided by it is about its length
SOURCE = re.compile(r"[0-9a-f]{16}")  # of counts: one process of the service, random


class BadCounts(ValueError):
    """These bytes are not counts of a comparison."""


@dataclass(slots=True)
class Bin:
    """Sums over the frames whose ink is of one length."""

    frames: int = 0
    agreements: int = 0  # both name the same class
    champion_confidence: float = 0.0  # sums of the highest probabilities
    challenger_confidence: float = 0.0

    def add(self, other: Bin) -> None:
        self.frames += other.frames
        self.agreements += other.agreements
        self.champion_confidence += other.champion_confidence
        self.challenger_confidence += other.challenger_confidence


def empty_bins() -> list[Bin]:
    return [Bin() for _ in BINS]


@dataclass(slots=True)
class ShadowCounts:
    """A challenger's answers compared with the champion's, by ink length."""

    family: str
    champion: str
    challenger: str
    bins: list[Bin] = field(default_factory=empty_bins)
    failed: int = 0  # frames for which the challenger gave no probabilities

    @property
    def frames(self) -> int:
        """All frames, failed ones included."""
        return self.failed + sum(each.frames for each in self.bins)

    @property
    def agreement(self) -> float:
        """The share of frames with the same answer; 0 without frames."""
        compared = sum(each.frames for each in self.bins)
        return sum(each.agreements for each in self.bins) / compared if compared else 0.0

    def add(self, other: ShadowCounts) -> None:
        self.failed += other.failed
        for mine, theirs in zip(self.bins, other.bins, strict=True):
            mine.add(theirs)

    def to_json(self) -> bytes:
        record = {
            "format": FORMAT,
            "family": self.family,
            "champion": self.champion,
            "challenger": self.challenger,
            "frames": self.frames,
            "failed": self.failed,
            "bins": [
                {
                    "ink_below": None if math.isinf(bound) else bound,
                    "frames": each.frames,
                    "agreements": each.agreements,
                    "champion_confidence": round(each.champion_confidence, 3),
                    "challenger_confidence": round(each.challenger_confidence, 3),
                }
                for bound, each in zip(BINS, self.bins, strict=True)
            ],
        }
        return json.dumps(record, indent=1).encode() + b"\n"


def parse_counts(body: bytes) -> ShadowCounts:
    """Reads the bytes of `ShadowCounts.to_json`.

    Raises:
        BadCounts: not JSON, another format, other bins, or sums that no frames can have.
    """
    try:
        record: dict[str, Any] = json.loads(body)
        bounds = tuple(math.inf if each["ink_below"] is None else each["ink_below"] for each in record["bins"])
        if record["format"] != FORMAT or bounds != BINS:
            raise BadCounts(f"format {record['format']!r:.20} with bins {bounds!r:.80}, expected {FORMAT} with {BINS}")
        bins = [_bin(each) for each in record["bins"]]
        family, champion, challenger = (str(record[name]) for name in ("family", "champion", "challenger"))
        failed = int(record["failed"])
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise BadCounts(f"shadow counts of {len(body)} bytes: {type(error).__name__}: {error}") from error
    if not FAMILY_NAME.fullmatch(family) or not all(VERSION_NAME.fullmatch(v) for v in (champion, challenger)):
        raise BadCounts(f"counts of {family!r:.40} {challenger!r:.40} beside {champion!r:.40}")
    if failed < 0:
        raise BadCounts(f"{failed} failed frames")
    return ShadowCounts(family, champion, challenger, bins, failed)


def _bin(record: dict[str, Any]) -> Bin:
    found = Bin(
        int(record["frames"]),
        int(record["agreements"]),
        float(record["champion_confidence"]),
        float(record["challenger_confidence"]),
    )
    sums = (found.agreements, found.champion_confidence, found.challenger_confidence)
    if found.frames < 0 or not all(0 <= each <= found.frames + 0.01 for each in sums):  # rounded, and float32
        raise BadCounts(f"sums {sums} of {found.frames} frames")
    return found


def bin_of(ink: float) -> int:
    """The index of the bin for this length of ink, in longer sides of the canvas."""
    return next(number for number, bound in enumerate(BINS) if ink < bound or math.isinf(bound))


def ink_length(encoding: Encoding, inputs: Inputs) -> float:
    """The length of a snapshot's ink in longer sides of the canvas, from a model's inputs (a batch of one).

    Exact for paths. Of pictures it is the inked area divided by the width of the page's pen.
    """
    match encoding:
        case "path48":
            points, starts = inputs["points"][0], inputs["starts"][0]
            steps = np.hypot(*np.diff(points, axis=0).T) * (starts[1:] == 0)
            return float(steps.sum()) / PLACE_SIDE
        case "ink20":
            _, _, x0, y0, x1, y1 = inputs["place"][0]
            side = 1.25 * max(x1 - x0, y1 - y0, 1.0) / GRID  # of one cell, in px
        case "canvas20":
            side = PLACE_SIDE / GRID
    return float(inputs["cells"].sum() * side * side) / PEN_WIDTH / PLACE_SIDE


class ShadowStore:
    """The challengers of a store (or of a set's part of it) that wait, and the counts of every process that compares.

    A challenger lies in a registry of its own, whose pointer says that it is compared now. Each process writes an
    object of its own, so nothing rests on conditional writes.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = PrefixedStore(store, SHADOW)
        self.registry = Registry(self._store)

    def put_counts(self, counts: ShadowCounts, source: str) -> None:
        """Stores what the process `source` has counted so far."""
        self._store.put(f"{_counts_prefix(counts.family, counts.challenger)}{source}.json", counts.to_json())

    def read_counts(self, family: str, champion: str, challenger: str) -> tuple[ShadowCounts, list[str]]:
        """The sums of all processes, and why objects among them were left out.

        Raises:
            StoreError: the store can't be read.
        """
        total, troubles = ShadowCounts(family, champion, challenger), list[str]()
        prefix = _counts_prefix(family, challenger)
        for key in list(self._store.keys(prefix)):
            if not SOURCE.fullmatch(key.removeprefix(prefix).removesuffix(".json")):
                continue
            try:
                counts = parse_counts(self._store.get(key))
            except NoSuchObject:
                continue
            except BadCounts as error:
                troubles.append(f"{key}: {error}")
                continue
            if (counts.family, counts.champion, counts.challenger) == (family, champion, challenger):
                total.add(counts)
        return total, troubles

    def put_result(self, counts: ShadowCounts) -> None:
        """Keeps the sums of a comparison that has ended."""
        self._store.put(f"results/{counts.family}/{counts.challenger}.json", counts.to_json())

    def results(self, family: str) -> list[str]:
        """The challengers of the family that were compared, oldest first."""
        prefix = f"results/{family}/"
        names = (key.removeprefix(prefix).removesuffix(".json") for key in self._store.keys(prefix))
        return [name for name in names if VERSION_NAME.fullmatch(name)]

    def read_result(self, family: str, challenger: str) -> ShadowCounts:
        """The sums of a comparison that has ended.

        Raises:
            NoSuchObject: there is no such result.
            BadCounts: it is damaged.
        """
        return parse_counts(self._store.get(f"results/{family}/{challenger}.json"))

    def forget_results(self, family: str, keep: int) -> None:
        for gone in self.results(family)[:-keep]:
            self._store.delete(f"results/{family}/{gone}.json")

    def clear(self, family: str) -> None:
        """Removes the family's challenger and its counts; the pointer goes first, so that services stop comparing."""
        self._store.delete(f"models/{family}/champion.json")
        for prefix in (f"models/{family}/", f"counts/{family}/"):
            self._delete(self._store.keys(prefix))

    def _delete(self, keys: Iterable[str]) -> None:
        for key in list(keys):
            self._store.delete(key)


def _counts_prefix(family: str, challenger: str) -> str:
    return f"counts/{family}/{challenger}/"
