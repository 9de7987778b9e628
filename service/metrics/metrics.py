"""Counts what one worker does. Counting a snapshot never waits, locks or allocates."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter_ns

from service.metrics.block import (
    ANSWERS,
    CELLS,
    CONFIDENCE_STEPS,
    FIXED,
    INKED,
    LOG2_BUCKETS,
    MAX_CLASSES,
    PATHS,
    ROW_CELLS,
    ROW_CONFIDENCE_SUM,
    ROW_NO_INK,
    ROW_REFUSED,
    ROW_SECONDS,
    ROW_SECONDS_SUM,
    Block,
)
from service.metrics.shared import share_memory
from service.wire.replies import Prediction
from service.wire.schemas import Accepted, Refused

DIGITS_SET = "digits"
now_ns = perf_counter_ns

OPEN, SETTLED, UNSURE = range(len(INKED))


class ModelCounters:
    """The counters of one model family's predictions."""

    __slots__ = ("_cells", "_confidence_sum", "_floats", "_no_ink", "_refused", "_seconds", "_seconds_sum", "_words")

    def __init__(self, words: memoryview, row: int) -> None:
        self._words = words
        self._floats = words.cast("B").cast("d")
        self._no_ink = row + ROW_NO_INK
        self._refused = row + ROW_REFUSED
        self._confidence_sum = row + ROW_CONFIDENCE_SUM
        self._seconds = row + ROW_SECONDS
        self._seconds_sum = row + ROW_SECONDS_SUM
        self._cells = [row + ROW_CELLS + outcome * CELLS // len(INKED) for outcome in range(len(INKED))]

    def predicted(self, prediction: Prediction, nanoseconds: int) -> None:
        """Counts a prediction of a snapshot with ink, and the time that the model took."""
        words, highest = self._words, prediction.highest
        cells = self._cells[SETTLED if prediction.settled else UNSURE if prediction.unsure else OPEN]
        try:
            step = int(highest * CONFIDENCE_STEPS)
            words[cells + step * MAX_CLASSES + prediction.probabilities.index(highest)] += 1
        except ValueError:  # NaN, of a broken model
            words[cells] += 1
        else:
            self._floats[self._confidence_sum] += highest
        words[self._seconds + nanoseconds.bit_length()] += 1
        words[self._seconds_sum] += nanoseconds

    def without_ink(self) -> None:
        self._words[self._no_ink] += 1

    def refused(self) -> None:
        self._words[self._refused] += 1


class AnswerCounters:
    """Counts the times of answers on one path, from reading a snapshot to writing them."""

    __slots__ = ("_counts", "_sum", "_words")

    def __init__(self, words: memoryview, counts: int, total: int) -> None:
        self._words = words
        self._counts = counts
        self._sum = total

    def written(self, read_at: int) -> None:
        """Counts what was read at `read_at`, by `now_ns`, and is answered now."""
        nanoseconds = perf_counter_ns() - read_at
        words = self._words
        words[self._counts + nanoseconds.bit_length()] += 1
        words[self._sum] += nanoseconds


class Metrics:
    """One worker's counters, and the other workers' to read. To be called by the event loop alone."""

    def __init__(self, memory: Sequence[memoryview] | None = None, worker: int = 0) -> None:
        self.blocks = [Block(words) for words in memory or share_memory(1)]
        self._block = self.blocks[worker]
        self._models: dict[tuple[str, str], ModelCounters] = {}
        self.fast, self.queued = (
            AnswerCounters(self._block.words, ANSWERS + number * LOG2_BUCKETS, FIXED["answer_sum", (path,)])
            for number, path in enumerate(PATHS)
        )
        self._block.claim()

    def of_model(self, family: str, symbol_set: str = DIGITS_SET) -> ModelCounters:
        """The counters of this family, at zero when it is new."""
        counters = self._models.get((symbol_set, family))
        if counters is None:
            row = self._block.row_of(f"{symbol_set}/{family}")
            counters = self._models[symbol_set, family] = ModelCounters(self._block.words, row)
        return counters

    def socket_opened(self) -> None:
        self._block.add("sockets_opened")

    def socket_ended(self) -> None:
        self._block.add("sockets_ended")

    def closed(self, code: int) -> None:
        """Counts a websocket that the service refused or gave up."""
        self._block.add("refusals", "close", str(code))

    def message_refused(self, code: str) -> None:
        self._block.add("refusals", "message", code)

    def contributed(self, reply: Accepted | Refused) -> None:
        match reply:
            case Accepted(duplicate=duplicate):
                self._block.add("contributions", "duplicate" if duplicate else "accepted")
            case Refused(code=code):
                self._block.add("contributions", code)
                self._block.add("refusals", "contribution", code)

    def responded(self, status: int) -> None:
        self._block.add("responses", str(status))
        if status >= 400:
            self._block.add("refusals", "http", str(status))
