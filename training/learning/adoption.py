"""Takes over the model that a new release ships, where the gate finds it no worse than the store's champion."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from collector.ink.encodings import Encoding
from collector.storage.object_store import ObjectStore
from training.data.augmentation.placing import ANYWHERE
from training.data.dataset import LabelledDrawing
from training.evaluation.comparison import EvaluationCache
from training.evaluation.evaluation import Evaluation
from training.evaluation.gate import Verdict, decide
from training.models.artifact import Artifact
from training.models.registry import Registry
from training.models.shipped import copy_version

log = logging.getLogger(__name__)


def adopt_shipped(
    store: ObjectStore,
    shipped: ObjectStore,
    family: str,
    validation: Sequence[LabelledDrawing],
    evaluations: EvaluationCache,
) -> Verdict | None:
    """Publishes the shipped version in the store and promotes it if the gate accepts it; does so once.

    Returns the verdict; None where there is nothing to decide: the store has that version, or no champion.
    """
    source, registry = Registry(shipped), Registry(store)
    newest, champion = source.champion(family), registry.champion(family)
    if newest is None or champion is None or newest.version in registry.versions(family):
        return None
    verdict = _compare(
        source.load(family, newest.version), registry.load(family, champion.version), validation, evaluations
    )
    copy_version(shipped, store, family, newest.version)
    if verdict.accepted:
        registry.promote(family, newest.version, "shipped with this release; gate passed")
    log.info("the shipped %s %s is %s", family, newest.version, "adopted" if verdict.accepted else "no better")
    return verdict


def _compare(
    shipped: Artifact, champion: Artifact, validation: Sequence[LabelledDrawing], cache: EvaluationCache
) -> Verdict:
    def evaluation(artifact: Artifact, anywhere: bool) -> Evaluation:
        encoding: Encoding = artifact.card.encoding
        return cache.evaluation(artifact.model, cache.prepared(validation, encoding, ANYWHERE if anywhere else None))

    anywhere = evaluation(shipped, anywhere=True), evaluation(champion, anywhere=True)
    return decide(evaluation(shipped, anywhere=False), evaluation(champion, anywhere=False), anywhere=anywhere)
