"""Collects what one scrape shows: the counters of all workers, the spools, the models and the trainer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.http.metrics.families import NANO, confidence_buckets, counter, gauge, info, time_buckets
from service.http.metrics.model_state import model_metrics, trainer_metrics
from service.inference.served import Served
from service.intake.intake import SpoolState
from service.metrics.block import ANSWERS, FIXED, LOG2_BUCKETS, OUTCOMES, PATHS, Block, Labels
from service.metrics.model_row import sum_model_rows


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits by the settings: sockets of all workers together, bytes in the spool."""

    sockets: int
    spool_bytes: int


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
        yield info("midstroke_build", "Version of the service", ["version"], [(_version(),)])
        yield from self._workers()
        yield from self._predictions()
        yield from self._connections()
        yield from self._contributions()
        yield from model_metrics(self._served)
        yield from trainer_metrics(self._served)

    def _fixed(self, name: str) -> dict[Labels, int]:
        """The sums over all workers of the counters of this name, by their labels."""
        return {
            labels: sum(block.words[index] for block in self._blocks)
            for (named, labels), index in FIXED.items()
            if named == name
        }

    def _workers(self) -> Iterator[Metric]:
        yield gauge("midstroke_workers", "Processes that serve the port", len(self._blocks))
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
        for name, row in sum_model_rows(self._blocks).items():
            symbol_set, _, family = name.partition("/")
            for outcome, count in zip(OUTCOMES, [*row.outcomes, row.no_ink, row.refused], strict=True):
                outcomes.add_metric([symbol_set, family, outcome], count)
            for number, symbol in enumerate(self._classes.get(symbol_set, [])):
                classes.add_metric([symbol_set, family, symbol], row.classes[number])
            seconds.add_metric([symbol_set, family], time_buckets(row.seconds), row.seconds_sum / NANO)
            confidence.add_metric([symbol_set, family], confidence_buckets(row.confidence), row.confidence_sum)
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
            answers.add_metric([path], time_buckets(counts), sums[path,] / NANO)
        yield answers
        opened, ended = self._fixed("sockets_opened")[()], self._fixed("sockets_ended")[()]
        yield gauge("midstroke_sockets", "Open websockets with a session", max(0, opened - ended))
        yield gauge("midstroke_sockets_limit", "Websockets that the settings allow", self._limits.sockets)
        yield CounterMetricFamily("midstroke_sockets_opened", "Websockets accepted", opened)
        help_text = "What was refused: websockets (close), messages, contributions, HTTP calls; by code"
        yield counter("midstroke_refusals", help_text, ["kind", "code"], self._fixed("refusals"))
        yield counter("midstroke_http_responses", "Answers to HTTP calls", ["status"], self._fixed("responses"))

    def _contributions(self) -> Iterator[Metric]:
        outcomes = self._fixed("contributions")
        yield counter("midstroke_contributions", "Contributions received, by outcome", ["outcome"], outcomes)
        spools = [each for each in self._spools if each is not None]
        yield gauge("midstroke_spool_up", "1 if the spool answered", int(len(spools) == len(self._spools)))
        yield gauge("midstroke_spool_limit_bytes", "Bytes that may wait for upload", self._limits.spool_bytes)
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
        yield gauge("midstroke_spool_drawings", "Drawings that wait for upload", drawings)
        yield gauge("midstroke_spool_bytes", "Bytes that wait for upload", size)
        yield gauge("midstroke_spool_oldest_seconds", "Age of the drawing that has waited longest", max([0.0, *ages]))
        yield gauge("midstroke_spool_quarantined", "Drawings in quarantine", quarantined)
        yield CounterMetricFamily("midstroke_spool_accepted", "Drawings stored since the spool exists", accepted)
        uploaded = accepted - drawings
        yield CounterMetricFamily("midstroke_uploads", "Drawings uploaded, or deleted before, since then", uploaded)
        yield gauge("midstroke_upload_trouble", "1 while disk or uploads are in trouble", int(trouble))
        kept = GaugeMetricFamily("midstroke_drawings", "Drawings kept, by label", labels=["set", "label"])
        for served, spool in zip(self._served, self._spools, strict=True):
            set_id = served.symbols.id
            for label, count in zip(self._classes[set_id], () if spool is None else spool.by_label, strict=False):
                kept.add_metric([set_id, label], count)
        yield kept


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
