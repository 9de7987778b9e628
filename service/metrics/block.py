"""Counters of one worker in memory that all workers share, so that any of them can sum them up for a scrape.

Each worker writes its own block and reads the others'. A word is an aligned 64-bit number that one thread alone
writes, so no lock is needed: reading never sees half of it. prometheus-client's own multiprocess mode keeps a file for
each process and takes a lock and a dictionary look-up for each increment, several microseconds a prediction in all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final, get_args

from service.metrics.shared import BLOCK_BYTES
from service.wire.protocol import CloseCode, ErrorCode
from service.wire.schemas import RefusalCode

WORD_BYTES = 8
LOG2_BUCKETS = 64  # a duration of n bits in ns is counted at n: no comparison, and never out of range
CONFIDENCE_STEPS = 20  # of 0.05 each
MAX_CLASSES = 256  # a symbol set has at most 250 places
MAX_MODELS = 63  # with counters of their own; the rest share those of `OTHER`
NAME_BYTES = 96
OTHER = "other"

PATHS = ("fast", "queued")
INKED = ("open", "settled", "unsure")
OUTCOMES = (*INKED, "no_ink", "refused")
STATUSES = (200, 201, 204, 304, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 431, 500, 503)
CONTRIBUTION_OUTCOMES = ("accepted", "duplicate", *get_args(RefusalCode))
# What the network layer closes with; the application's own codes are `CloseCode`.
CLOSES = (*(int(code) for code in CloseCode), 1002, 1007, 1008, 1009, 1011, 1013)

Labels = tuple[str, ...]


def _fixed_names() -> Iterator[tuple[str, Labels]]:
    yield "pid", ()
    yield "models", ()  # rows of the models' table that are in use
    yield "sockets_opened", ()
    yield "sockets_ended", ()
    for close in CLOSES:
        yield "refusals", ("close", str(close))
    for error in get_args(ErrorCode):
        yield "refusals", ("message", error)
    for status in STATUSES:
        if status >= 400:
            yield "refusals", ("http", str(status))
    for refusal in get_args(RefusalCode):
        yield "refusals", ("contribution", refusal)
    for kind in ("close", "message", "http", "contribution"):
        yield "refusals", (kind, OTHER)
    for outcome in (*CONTRIBUTION_OUTCOMES, OTHER):
        yield "contributions", (outcome,)
    for answer in (*map(str, STATUSES), OTHER):
        yield "responses", (answer,)
    for path in PATHS:
        yield "answer_sum", (path,)


FIXED: Final = {name: index for index, name in enumerate(_fixed_names())}
ANSWERS: Final = len(FIXED)  # a histogram for each of PATHS
MODELS: Final = ANSWERS + len(PATHS) * LOG2_BUCKETS

# A model's row: its name, then these. Predictions with ink are counted once, by outcome, confidence and class together.
CELLS: Final = len(INKED) * (CONFIDENCE_STEPS + 1) * MAX_CLASSES
ROW_NO_INK: Final = NAME_BYTES // WORD_BYTES
ROW_REFUSED: Final = ROW_NO_INK + 1
ROW_CONFIDENCE_SUM: Final = ROW_REFUSED + 1  # a float
ROW_SECONDS_SUM: Final = ROW_CONFIDENCE_SUM + 1
ROW_SECONDS: Final = ROW_SECONDS_SUM + 1
ROW_CELLS: Final = ROW_SECONDS + LOG2_BUCKETS
ROW_WORDS: Final = ROW_CELLS + CELLS
BLOCK_WORDS: Final = MODELS + (MAX_MODELS + 1) * ROW_WORDS
if BLOCK_WORDS * WORD_BYTES > BLOCK_BYTES:
    raise AssertionError(f"{BLOCK_WORDS} words, expected at most {BLOCK_BYTES // WORD_BYTES}")


class Block:
    """The counters of one worker; `words` are changed by that worker's event loop alone."""

    __slots__ = ("words",)

    def __init__(self, words: memoryview) -> None:
        self.words = words

    def value(self, name: str, *labels: str) -> int:
        value: int = self.words[FIXED[name, labels]]
        return value

    def add(self, name: str, *labels: str) -> None:
        """Counts one; labels that are not known are counted as `other`, so that clients can't make up series."""
        index = FIXED.get((name, labels))
        if index is None:
            index = FIXED[name, (*labels[:-1], OTHER)]
        self.words[index] += 1

    def claim(self) -> None:
        """Notes that this process writes here from now on."""
        self.words[FIXED["pid", ()]] = os.getpid()

    def model_rows(self) -> Iterator[tuple[str, int]]:
        """The name and the first word of each row in use."""
        for row in range(self.value("models")):
            start = MODELS + row * ROW_WORDS
            name = self.words[start : start + ROW_NO_INK].tobytes().rstrip(b"\0")
            yield name.decode(errors="replace"), start

    def row_of(self, name: str) -> int:
        """The first word of the model's row, which is added if it is new; that of `OTHER` when the table is full."""
        encoded = name.encode()
        if len(encoded) > NAME_BYTES:
            return self.row_of(OTHER)
        rows = dict(self.model_rows())
        if name in rows:
            return rows[name]
        if len(rows) >= MAX_MODELS and name != OTHER:
            return self.row_of(OTHER)
        start = MODELS + len(rows) * ROW_WORDS
        self.words[start : start + ROW_NO_INK] = memoryview(encoded.ljust(NAME_BYTES, b"\0")).cast("Q")
        self.words[FIXED["models", ()]] += 1  # last: whoever counts the row finds its name
        return start
