"""`midstroke train --watch`: holds the lease of the store and trains until it is stopped."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence

from collector.log_format import start_log
from collector.storage.object_store import ObjectStore
from service.cli.training.training_input import shard_cache
from service.signals import StopSignals
from training.families.recipes import Family
from training.learning.challenger import Run
from training.learning.state.lease import TrainerLease
from training.learning.symbol_sets.set_trainers import SetTrainers
from training.learning.trainer import BACK_OFF_LIMIT_SECONDS, BACK_OFF_SECONDS, Trainer
from training.settings import TrainingSettings
from training.webhook import Webhook

log = logging.getLogger(__name__)

NICENESS = 10  # visitors' predictions go first


def watch_store(store: ObjectStore, settings: TrainingSettings, families: Sequence[Family]) -> None:
    start_log("info", settings.log_format)
    os.nice(NICENESS)
    stop, webhook = threading.Event(), webhook_of(settings)
    with StopSignals(stop.set):
        _train_until(stop, store, settings, families, webhook)
        webhook.close()


def _train_until(
    stop: threading.Event,
    store: ObjectStore,
    settings: TrainingSettings,
    families: Sequence[Family],
    webhook: Webhook,
) -> None:
    failures = 0
    while not stop.is_set():
        lease = TrainerLease(store, "midstroke train --watch")
        try:
            with lease.hold(stop, wait=True) as is_held:
                failures = 0
                if is_held:
                    _train_while_held(store, settings, stop, families, lease, webhook)
        # The edge of the trainer: store clients raise any exception, and the trainer must outlive them all.
        except Exception as error:
            failures += 1
            delay = min(BACK_OFF_SECONDS * 2 ** (failures - 1), BACK_OFF_LIMIT_SECONDS)
            log.warning("no lease, next try in %g s: %s: %s", delay, type(error).__name__, error)
            stop.wait(delay)


def webhook_of(settings: TrainingSettings) -> Webhook:
    return Webhook(settings.webhook_url, settings.webhook_secret.get_secret_value())


def _train_while_held(
    store: ObjectStore,
    settings: TrainingSettings,
    stop: threading.Event,
    families: Sequence[Family],
    lease: TrainerLease,
    webhook: Webhook,
) -> None:
    shadow_seconds = settings.shadow_seconds if settings.shadow_percent else 0.0
    trainer = Trainer(
        store, settings.retrain_after, stop, families, run=Run(threads=settings.trainer_threads), seed_store=True,
        shard_cache=shard_cache(settings), lease=lease, tell=webhook.tell, shadow_seconds=shadow_seconds,
    )  # fmt: skip
    sets = SetTrainers(
        store, settings.retrain_after, stop, families, run=Run(threads=settings.trainer_threads),
        shard_cache=shard_cache(settings), lease=lease, tell=webhook.tell, shadow_seconds=shadow_seconds,
    )  # fmt: skip
    trainer.run(settings.trainer_poll_seconds, after_poll=sets.poll)
    if not stop.is_set():
        log.warning("the lease is lost; waiting for it again")
