"""`GET /metrics`: what all workers counted, and the state of spool, models and trainer, in Prometheus' format."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import get_args

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from collector.spool.spool import SpoolError
from service.inference.served import Served
from service.intake.intake import SpoolState
from service.metrics.block import (
    ANSWERS,
    CONFIDENCE_STEPS,
    FIXED,
    INKED,
    LOG2_BUCKETS,
    MAX_CLASSES,
    MAX_MODELS,
    OUTCOMES,
    PATHS,
    ROW_CELLS,
    ROW_CONFIDENCE_SUM,
    ROW_NO_INK,
    ROW_REFUSED,
    ROW_SECONDS,
    ROW_SECONDS_SUM,
    ROW_WORDS,
    Block,
)
from service.metrics.metrics import Metrics
from service.network.limits.metered import in_request_thread
from service.sets.scope import SetScope
from service.sets.sets import Sets
from training.models.card import Card
from training.models.status import State

SPOOL_SECONDS = 2.0  # for the spool to answer; without it the rest is shown
LEAST_BITS, MOST_BITS = 13, 34  # of durations in ns that have a bucket of their own: 8 us to 17 s
NANO = 1e9

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """What was counted of one family's predictions."""

    cells: NDArray[np.uint64]  # by outcome, confidence and class
    seconds: Sequence[int]  # by bits of ns
    seconds_sum: int  # ns
    confidence_sum: float
    no_ink: int
    refused: int

    @classmethod
    def of(cls, words: memoryview) -> ModelRow:
        shape = (len(INKED), CONFIDENCE_STEPS + 1, MAX_CLASSES)
        return cls(
            np.array(words[ROW_CELLS:]).reshape(shape),
            words[ROW_SECONDS : ROW_SECONDS + LOG2_BUCKETS].tolist(),
            words[ROW_SECONDS_SUM],
            words.cast("B").cast("d")[ROW_CONFIDENCE_SUM],
            words[ROW_NO_INK],
            words[ROW_REFUSED],
        )

    @classmethod
    def sum(cls, rows: Sequence[ModelRow]) -> ModelRow:
        return cls(
            np.sum([row.cells for row in rows], axis=0),
            [sum(counts) for counts in zip(*(row.seconds for row in rows), strict=True)],
            sum(row.seconds_sum for row in rows),
            sum(row.confidence_sum for row in rows),
            sum(row.no_ink for row in rows),
            sum(row.refused for row in rows),
        )

    @property
    def outcomes(self) -> list[int]:
        counts: list[int] = self.cells.sum(axis=(1, 2)).tolist()
        return counts

    @property
    def confidence(self) -> list[int]:
        counts: list[int] = self.cells.sum(axis=(0, 2)).tolist()
        return counts

    @property
    def classes(self) -> list[int]:
        counts: list[int] = self.cells.sum(axis=(0, 1)).tolist()
        return counts


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings allow the service: sockets by all workers together, bytes in the spool."""

    sockets: int
    spool_bytes: int


def make_metrics_routes(metrics: Metrics, sets: Sets, limits: Limits) -> APIRouter:
    routes = APIRouter()
    one_at_a_time = asyncio.Lock()

    async def spool_states(scopes: Sequence[SetScope]) -> Sequence[SpoolState | None]:
        try:
            async with asyncio.timeout(SPOOL_SECONDS):
                # In one thread, one after the other: contributions need the others.
                return await scopes[0].intake.pool.run(lambda: [scope.intake.spool_state() for scope in scopes])
        except (TimeoutError, SpoolError):
            return [None] * len(scopes)

    @routes.get(
        "/metrics",
        summary="Get metrics in Prometheus' text format, of all workers together",
        response_class=Response,
        responses={
            200: {"description": "The metrics", "content": {"text/plain": {}, "application/openmetrics-text": {}}}
        },
    )
    async def get_metrics(request: Request) -> Response:
        async with one_at_a_time:
            scopes = sets.scopes
            served = [scope.live.current for scope in scopes]
            for each in served:
                for card in each.cards:
                    metrics.of_model(card.family, each.symbols.id)
            spools = await spool_states(scopes)
            collector = ServiceCollector(metrics.blocks, served, spools, limits)
            encode, content_type = choose_encoder(request.headers.get("accept", ""))
            registry = CollectorRegistry(auto_describe=False)
            registry.register(collector)
            body = await in_request_thread(encode, registry)
        return Response(body, headers={"Cache-Control": "no-store", "Content-Type": content_type})

    return routes


class ServiceCollector(Collector):
    """One scrape: everything that is exposed, from what was read before."""

    def __init__(
        self, blocks: Sequence[Block], served: Sequence[Served], spools: Sequence[SpoolState | None], limits: Limits
    ) -> None:
        """`served` and `spools` are those of each symbol set, digits first."""
        self._blocks = blocks
        self._served = served
        self._spools = spools
        self._classes = {each.symbols.id: [symbol.id for symbol in each.symbols.classes] for each in served}
        self._limits = limits

    def collect(self) -> Iterator[Metric]:
        yield _info("midstroke_build", "Version of the service", ["version"], [(_version(),)])
        yield from self._workers()
        yield from self._predictions()
        yield from self._connections()
        yield from self._contributions()
        yield from _models(self._served)
        yield from _trainer(self._served)

    def _fixed(self, name: str) -> dict[Labels, int]:
        """The sums over all workers of the counters of this name, by their labels."""
        return {
            labels: sum(block.words[index] for block in self._blocks)
            for (named, labels), index in FIXED.items()
            if named == name
        }

    def _workers(self) -> Iterator[Metric]:
        yield _gauge("midstroke_workers", "Processes that serve the port", len(self._blocks))
        seconds = CounterMetricFamily("midstroke_worker_cpu_seconds", "Processor time of a worker", labels=["worker"])
        memory = GaugeMetricFamily("midstroke_worker_resident_bytes", "Memory of a worker", labels=["worker"])
        for number, block in enumerate(self._blocks):
            used = _footprint(block.value("pid"))
            if used is not None:
                seconds.add_metric([str(number)], used[0])
                memory.add_metric([str(number)], used[1])
        yield seconds
        yield memory

    def _predictions(self) -> Iterator[Metric]:
        labels = ["set", "family"]
        outcomes = CounterMetricFamily(
            "midstroke_predictions", "Answered snapshots, by outcome", labels=[*labels, "outcome"]
        )
        classes = CounterMetricFamily(
            "midstroke_predicted_class", "Predictions with ink, by the most probable class", labels=[*labels, "class"]
        )
        seconds = HistogramMetricFamily(
            "midstroke_model_seconds", "Time that the model takes for a snapshot", labels=labels
        )
        confidence = HistogramMetricFamily(
            "midstroke_confidence", "Probability of the most probable class", labels=labels
        )
        for name, row in _sum_rows(self._blocks).items():
            symbol_set, _, family = name.partition("/")
            for outcome, count in zip(OUTCOMES, [*row.outcomes, row.no_ink, row.refused], strict=True):
                outcomes.add_metric([symbol_set, family, outcome], count)
            for number, symbol in enumerate(self._classes.get(symbol_set, [])):
                classes.add_metric([symbol_set, family, symbol], row.classes[number])
            seconds.add_metric([symbol_set, family], _time_buckets(row.seconds), row.seconds_sum / NANO)
            confidence.add_metric([symbol_set, family], _confidence_buckets(row.confidence), row.confidence_sum)
        yield from (outcomes, classes, seconds, confidence)

    def _connections(self) -> Iterator[Metric]:
        answers = HistogramMetricFamily(
            "midstroke_answer_seconds",
            "Time from reading a snapshot to writing its answers; `queued`: by way of the session",
            labels=["path"],
        )
        sums = self._fixed("answer_sum")
        for number, path in enumerate(PATHS):
            start = ANSWERS + number * LOG2_BUCKETS
            counts = [sum(block.words[start + bits] for block in self._blocks) for bits in range(LOG2_BUCKETS)]
            answers.add_metric([path], _time_buckets(counts), sums[path,] / NANO)
        yield answers
        opened, ended = self._fixed("sockets_opened")[()], self._fixed("sockets_ended")[()]
        yield _gauge("midstroke_sockets", "Open websockets with a session", max(0, opened - ended))
        yield _gauge("midstroke_sockets_limit", "Websockets that the settings allow", self._limits.sockets)
        yield CounterMetricFamily("midstroke_sockets_opened", "Websockets accepted", opened)
        help_text = "What was refused: websockets (close), messages, contributions, HTTP calls; by code"
        yield _counter("midstroke_refusals", help_text, ["kind", "code"], self._fixed("refusals"))
        yield _counter("midstroke_http_responses", "Answers to HTTP calls", ["status"], self._fixed("responses"))

    def _contributions(self) -> Iterator[Metric]:
        outcomes = self._fixed("contributions")
        yield _counter("midstroke_contributions", "Contributions received, by outcome", ["outcome"], outcomes)
        spools = [each for each in self._spools if each is not None]
        yield _gauge("midstroke_spool_up", "1 if the spool answered", int(len(spools) == len(self._spools)))
        yield _gauge("midstroke_spool_limit_bytes", "Bytes that may wait for upload", self._limits.spool_bytes)
        if not spools:
            return
        waiting = [each.progress for each in spools]
        now = datetime.now(UTC)
        ages = [(now - each.oldest).total_seconds() for each in waiting if each.oldest is not None]
        accepted = sum(each.accepted for each in waiting)
        drawings = sum(each.waiting for each in waiting)
        size = sum(each.waiting_bytes for each in waiting)
        trouble = any(each.trouble for each in spools)
        quarantined = sum(each.quarantined for each in spools)
        yield _gauge("midstroke_spool_drawings", "Drawings that wait for upload", drawings)
        yield _gauge("midstroke_spool_bytes", "Bytes that wait for upload", size)
        yield _gauge("midstroke_spool_oldest_seconds", "Age of the drawing that has waited longest", max([0.0, *ages]))
        yield _gauge("midstroke_spool_quarantined", "Drawings in quarantine", quarantined)
        yield CounterMetricFamily("midstroke_spool_accepted", "Drawings stored since the spool exists", accepted)
        uploaded = accepted - drawings
        yield CounterMetricFamily("midstroke_uploads", "Drawings uploaded, or deleted before, since then", uploaded)
        yield _gauge("midstroke_upload_trouble", "1 while disk or uploads are in trouble", int(trouble))
        kept = GaugeMetricFamily("midstroke_drawings", "Drawings kept, by label", labels=["set", "label"])
        for served, spool in zip(self._served, self._spools, strict=True):
            set_id = served.symbols.id
            for label, count in zip(self._classes[set_id], () if spool is None else spool.by_label, strict=False):
                kept.add_metric([set_id, label], count)
        yield kept


def _models(served: Sequence[Served]) -> Iterator[Metric]:
    labels = ["set", "family", "version", "encoding", "contract"]
    cards = [(each.symbols, card) for each in served for card in each.cards]
    rows = [(of.id, card.family, card.version, card.encoding, card.contract) for of, card in cards]
    yield _info("midstroke_model", "The served version of each family", labels, rows)
    store_up = int(all(each.from_store and not each.trouble for each in served))
    yield _gauge("midstroke_store_up", "1 if the store's models could be read", store_up)
    accuracy = GaugeMetricFamily(
        "midstroke_card_accuracy",
        "Accuracy on validation drawings at a share of their ink, by the model's card",
        labels=["set", "family", "ink"],
    )
    recall = GaugeMetricFamily(
        "midstroke_card_recall", "Recall of a class at full ink, by the model's card", labels=["set", "family", "class"]
    )
    for symbols, card in cards:
        for ink, share in _accuracies(card):
            accuracy.add_metric([symbols.id, card.family, ink], share)
        for symbol, share in zip(symbols.classes, card.metrics.recall, strict=False):
            recall.add_metric([symbols.id, card.family, symbol.id], share)
    yield accuracy
    yield recall


def _accuracies(card: Card) -> Iterable[tuple[str, float]]:
    return ((f"{ink:.2f}", share) for ink, share in zip(card.metrics.ink, card.metrics.accuracy, strict=False))


def _trainer(served: Sequence[Served]) -> Iterator[Metric]:
    """The state of the digits' trainer, and the last trainings of every set."""
    status = served[0].trainer
    yield _gauge("midstroke_trainer_up", "1 if a trainer has reported", int(status is not None))
    state = GaugeMetricFamily("midstroke_trainer_state", "1 for the trainer's state", labels=["state"])
    for name in get_args(State):
        state.add_metric([name], int(status is not None and status.state == name))
    yield state
    drawings = GaugeMetricFamily(
        "midstroke_trainer_drawings", "Drawings since the last training, by the trainer's verdict", labels=["verdict"]
    )
    counts: Mapping[str, int] = {
        "accepted": 0 if status is None else status.new_drawings,
        "filtered": 0 if status is None else status.filtered,
        "validation": 0 if status is None else status.new_validation,
        "over_limit": 0 if status is None else status.over_limit,
        "damaged": 0 if status is None else status.damaged,
    }
    for verdict, count in counts.items():
        drawings.add_metric([verdict], count)
    yield drawings
    yield _gauge("midstroke_trainer_needed", "Drawings that start a training", 0 if status is None else status.needed)
    reported = None if status is None else _timestamp(status.at)
    yield _gauge("midstroke_trainer_reported_timestamp_seconds", "When the trainer's state last changed", reported or 0)
    last = GaugeMetricFamily(
        "midstroke_last_training", "1 for the outcome of a family's last training", labels=["set", "family", "outcome"]
    )
    for each in served:
        for outcome in () if each.trainer is None else each.trainer.outcomes[:MAX_MODELS]:
            for name in ("published", "refused"):
                last.add_metric([each.symbols.id, outcome.family, name], int(outcome.state == name))
    yield last


def _sum_rows(blocks: Sequence[Block]) -> dict[str, ModelRow]:
    """The rows of all workers, summed by name: each worker has its own order."""
    rows: dict[str, list[ModelRow]] = {}
    for block in blocks:
        for name, start in block.model_rows():
            rows.setdefault(name, []).append(ModelRow.of(block.words[start : start + ROW_WORDS]))
    return {name: ModelRow.sum(parts) for name, parts in sorted(rows.items())}


def _time_buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    """Cumulative buckets from counts by the bits of a duration in ns: below 2**bits."""
    below, buckets = 0, []
    for bits, count in enumerate(counts):
        below += count
        if LEAST_BITS <= bits <= MOST_BITS:
            buckets.append((repr(2**bits / NANO), float(below)))
    return [*buckets, ("+Inf", float(below))]


def _confidence_buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    below, buckets = 0, []
    for step, count in enumerate(counts[:CONFIDENCE_STEPS], 1):
        below += count
        # A probability of exactly 1 has a step of its own, above the last.
        buckets.append((repr(step / CONFIDENCE_STEPS), float(below + (counts[-1] if step == CONFIDENCE_STEPS else 0))))
    return [*buckets, ("+Inf", float(sum(counts)))]


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value)


def _counter(name: str, help_text: str, labels: Sequence[str], values: Mapping[Labels, int]) -> Metric:
    counter = CounterMetricFamily(name, help_text, labels=labels)
    for given, value in Counter(values).items():
        counter.add_metric(given, value)
    return counter


def _info(name: str, help_text: str, labels: Sequence[str], rows: Iterable[Labels]) -> Metric:
    info = InfoMetricFamily(name, help_text, labels=[])
    for row in rows:
        info.add_metric([], dict(zip(labels, row, strict=True)))
    return info


def _timestamp(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _footprint(process: int) -> tuple[float, int] | None:
    """Processor seconds and resident bytes of a process; None where the system doesn't say."""
    try:
        # The command's name, in parentheses, may hold spaces.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
        return (int(fields[11]) + int(fields[12])) / ticks, int(fields[21]) * page
    except (OSError, ValueError, IndexError):
        return None


def _version() -> str:
    try:
        return version("midstroke")
    except PackageNotFoundError:
        return "unknown"
