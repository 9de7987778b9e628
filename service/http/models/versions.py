"""`GET /versions`: every version that a training made, served, replaced or refused."""

from __future__ import annotations

import logging
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request

from collector.storage.object_store import StoreError
from service.http.errors import HttpError
from service.http.schemas import PublishedVersion, error_responses
from service.http.set_query import SetQuery, scope_of
from service.intake.storage_pool import StorageBusy
from service.sets.sets import Sets
from training.models.artifact import BadCard
from training.models.card import Card
from training.models.registry import Registry, RegistryError

MOST_OF_A_FAMILY = 40  # the newest; each costs one read of the store, once in a process

log = logging.getLogger(__name__)


def make_versions_routes(sets: Sets) -> APIRouter:
    routes = APIRouter()
    by_registry: WeakKeyDictionary[Registry, _Versions] = WeakKeyDictionary()  # each set has one

    @routes.get(
        "/versions",
        summary="List the versions that trainings made, newest first, refused ones among them",
        responses=error_responses({404: "No such set", 503: "The store can't be read"}),
    )
    async def list_versions(request: Request, set_id: SetQuery = None) -> list[PublishedVersion]:
        scope = scope_of(sets, request, set_id)
        versions = by_registry.setdefault(scope.registry, _Versions(scope.registry))
        try:
            return await scope.intake.pool.run(versions.newest_first)
        except (StoreError, StorageBusy) as error:
            raise HttpError(503, "store_unreachable", str(error)) from error

    return routes


class _Versions:
    """Reads the cards of versions, each once: a published version never changes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._cards: dict[tuple[str, str], Card] = {}

    def newest_first(self) -> list[PublishedVersion]:
        listed: dict[tuple[str, str], Card] = {}
        serving = set()
        for family in self._registry.families():
            serving.add((family, self._champion(family)))
            for version in self._registry.versions(family)[-MOST_OF_A_FAMILY:]:
                if (card := self._card(family, version)) is not None:
                    listed[family, version] = card
        self._cards = listed
        newest = sorted(listed, key=lambda key: key[1], reverse=True)
        return [_described(listed[key], key in serving) for key in newest]

    def _champion(self, family: str) -> str | None:
        try:
            champion = self._registry.champion(family)
        except RegistryError:
            return None
        return None if champion is None else champion.version

    def _card(self, family: str, version: str) -> Card | None:
        known = self._cards.get((family, version))
        if known is not None:
            return known
        try:
            return self._registry.card(family, version)
        except (BadCard, RegistryError) as error:  # one damaged card does not hide the others
            log.warning("%s %s is not listed: %s", family, version, error)
            return None


def _described(card: Card, serving: bool) -> PublishedVersion:
    metrics = card.metrics
    before = [
        each.metrics.mean
        for each in card.evaluations
        if each.version == card.replaces and each.metrics.set_key == metrics.set_key
    ]
    return PublishedVersion(
        family=card.family,
        version=card.version,
        created_at=card.created_at,
        accepted=not card.is_refused,
        serving=serving,
        reasons=[str(reason) for reason in card.gate.get("reasons", ())],
        drawings=card.trained_on.drawings,
        new_drawings=None if card.continued_on is None else card.continued_on.drawings,
        evaluated_on=metrics.evaluated_on,
        mean=metrics.mean,
        at_50=metrics.at_50,
        at_100=metrics.at_100,
        replaces=card.replaces,
        mean_before=before[0] if before else None,
    )
