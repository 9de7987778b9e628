"""Builds metric families of Prometheus: one value, labelled values, and cumulative buckets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric

from service.metrics.block import CONFIDENCE_STEPS, Labels

LEAST_BITS, MOST_BITS = 13, 34  # of durations in ns that have a bucket of their own: 8 us to 17 s
NANO = 1e9


def time_buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    """Cumulative buckets from counts by the bits of a duration in ns: below 2**bits."""
    below, buckets = 0, []
    for bits, count in enumerate(counts):
        below += count
        if LEAST_BITS <= bits <= MOST_BITS:
            buckets.append((repr(2**bits / NANO), float(below)))
    return [*buckets, ("+Inf", float(below))]


def confidence_buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    below, buckets = 0, []
    for step, count in enumerate(counts[:CONFIDENCE_STEPS], 1):
        below += count
        # A probability of exactly 1 has a step of its own, above the last.
        buckets.append((repr(step / CONFIDENCE_STEPS), float(below + (counts[-1] if step == CONFIDENCE_STEPS else 0))))
    return [*buckets, ("+Inf", float(sum(counts)))]


def gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value)


def counter(name: str, help_text: str, labels: Sequence[str], values: Mapping[Labels, int]) -> Metric:
    family = CounterMetricFamily(name, help_text, labels=labels)
    for given, value in Counter(values).items():
        family.add_metric(given, value)
    return family


def info(name: str, help_text: str, labels: Sequence[str], rows: Iterable[Labels]) -> Metric:
    family = InfoMetricFamily(name, help_text, labels=[])
    for row in rows:
        family.add_metric([], dict(zip(labels, row, strict=True)))
    return family
