"""`GET /model`, `GET /model/offline` and `GET /models/...`: served models, and the files of published versions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from collector.storage.object_store import StoreError
from service.http.errors import HttpError
from service.http.middleware.headers import FIGURE_POLICY
from service.http.models.browser_models import BrowserModels
from service.http.schemas import OfflineModel, Overview, Responses, error_responses
from service.http.set_query import SetQuery, scope_of
from service.intake.storage_pool import StorageBusy, StoragePool
from service.sets.sets import Sets
from service.wire.schemas import describe_models, describe_trainer
from training.models.artifact import CARD, BadArtifact, BadCard
from training.models.browser_weights import BROWSER_WEIGHTS, FAMILY, NotForBrowsers
from training.models.card_json import card_to_json
from training.models.registry import NoSuchVersion, Registry, RegistryError

Found = TypeVar("Found")

FOR_EVER = "public, max-age=31536000, immutable"  # a published version never changes
FILE: Responses = {
    200: {
        "description": "The file",
        "content": {"application/json": {}, "image/svg+xml": {}, "application/octet-stream": {}},
    },
    **error_responses({404: "No such file", 503: "The store can't be read"}),
}
UNREADABLE = error_responses({404: "No version can predict in a browser", 503: "The store can't be read"})


def make_models_routes(sets: Sets, shipped: Registry) -> APIRouter:
    """`shipped` is the registry of the models that Midstroke ships with."""
    routes = APIRouter()
    browser = BrowserModels(sets.digits.registry, shipped)

    @routes.get(
        "/model",
        summary="Show the served models, the trainer's status and the number of contributions",
        responses=error_responses({404: "No such set"}),
    )
    async def model(request: Request, set_id: SetQuery = None) -> Overview:
        scope = scope_of(sets, request, set_id)
        served = scope.live.current
        return Overview(
            models=describe_models(served.cards),
            trainer=describe_trainer(served.trainer) if served.trainer else None,
            contributions=await scope.intake.show_counts(),
        )

    @routes.get(
        "/model/offline",
        summary="Name the version with which a page predicts without a connection",
        responses=UNREADABLE,
    )
    async def offline(request: Request) -> OfflineModel:
        scope = scope_of(sets, request, None)
        if not scope.symbols.is_digits:
            raise HttpError(404, "not_found", f"set {scope.symbols.id} can't be recognised without a connection")
        predictor = scope.live.current.predictors.get(FAMILY)
        champion = predictor.card.version if predictor else None
        version, weights = await _in_storage_thread(scope.intake.pool, lambda: browser.choose(champion))
        return OfflineModel(family=FAMILY, model=version, bytes=len(weights))

    @routes.get(
        "/models/{family}/{version}/{file}",
        summary="Get a published version's card.json, one of its figures (*.svg), or weights.bin of a softmax version",
        response_class=Response,
        responses=FILE,
    )
    async def model_file(request: Request, family: str, version: str, file: str, set_id: SetQuery = None) -> Response:
        scope = scope_of(sets, request, set_id)
        for_browsers = browser if scope.symbols.is_digits else None
        # A shipped version is served before the service has copied it to the store.
        registries = (scope.registry, shipped) if scope.symbols.is_digits else (scope.registry,)

        def read() -> Response:
            return _read_file(registries, for_browsers, family, version, file)

        return await _in_storage_thread(scope.intake.pool, read)

    return routes


async def _in_storage_thread(pool: StoragePool, read: Callable[[], Found]) -> Found:
    """Raises:
    HttpError: 404, the registry has nothing that fits; 503, the store can't be read.
    """
    try:
        return await pool.run(read)
    except (RegistryError, BadCard, BadArtifact, NotForBrowsers) as error:
        raise HttpError(404, "not_found", str(error)) from error
    except (StoreError, StorageBusy) as error:
        raise HttpError(503, "store_unreachable", str(error)) from error


def _read_file(
    registries: Sequence[Registry], browser: BrowserModels | None, family: str, version: str, file: str
) -> Response:
    headers = {"Cache-Control": FOR_EVER}
    if browser is not None and (family, file) == (FAMILY, BROWSER_WEIGHTS):
        return Response(browser.file(version), headers=headers, media_type="application/octet-stream")
    if file == CARD:
        card = _first_found(registries, lambda registry: card_to_json(registry.card(family, version)))
        return Response(card, headers=headers, media_type="application/json")
    headers["Content-Security-Policy"] = FIGURE_POLICY
    figure = _first_found(registries, lambda registry: registry.figure(family, version, file))
    return Response(figure, headers=headers, media_type="image/svg+xml")


def _first_found(registries: Sequence[Registry], read: Callable[[Registry], Found]) -> Found:
    """Reads the version from the first registry that has it; without one, raises the first registry's error."""
    first, *others = registries
    try:
        return read(first)
    except NoSuchVersion:
        for other in others:
            with contextlib.suppress(NoSuchVersion):
                return read(other)
        raise
