"""Metrics of the served models, by their cards, and of the trainer, by its status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import get_args

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from service.http.metrics.families import gauge, info
from service.inference.served import Served
from service.metrics.block import MAX_MODELS
from training.models.card import Card
from training.models.status import State


def model_metrics(served: Sequence[Served]) -> Iterator[Metric]:
    labels = ["set", "family", "version", "encoding", "contract"]
    cards = [(each.symbols, card) for each in served for card in each.cards]
    rows = [(of.id, card.family, card.version, card.encoding, card.contract) for of, card in cards]
    yield info("midstroke_model", "The served version of each family", labels, rows)
    store_up = int(all(each.from_store and not each.trouble for each in served))
    yield gauge("midstroke_store_up", "1 if the store's models could be read", store_up)
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


def trainer_metrics(served: Sequence[Served]) -> Iterator[Metric]:
    """The state of the digits' trainer, and the last trainings of every set."""
    status = served[0].trainer
    yield gauge("midstroke_trainer_up", "1 if a trainer has reported", int(status is not None))
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
    yield gauge("midstroke_trainer_needed", "Drawings that start a training", 0 if status is None else status.needed)
    reported = None if status is None else _timestamp(status.at)
    yield gauge("midstroke_trainer_reported_timestamp_seconds", "When the trainer's state last changed", reported or 0)
    last = GaugeMetricFamily(
        "midstroke_last_training", "1 for the outcome of a family's last training", labels=["set", "family", "outcome"]
    )
    for each in served:
        for outcome in () if each.trainer is None else each.trainer.outcomes[:MAX_MODELS]:
            for name in ("published", "refused"):
                last.add_metric([each.symbols.id, outcome.family, name], int(outcome.state == name))
    yield last


def _timestamp(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
