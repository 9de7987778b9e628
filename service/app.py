"""Assembles the ASGI application from what is passed in. Opens, reads and connects to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from collector.storage.folder_store import FolderStore
from service.admission.operator import Operator
from service.admission.origins import Origins
from service.http.api_docs import add_api_docs
from service.http.contributions import make_contributions_routes
from service.http.errors import add_error_handlers
from service.http.health import make_health_routes
from service.http.metrics.metrics import make_metrics_routes
from service.http.metrics.service_collector import Limits
from service.http.middleware.cors import Cors, check_origin, cors_headers
from service.http.middleware.head import HeadAsGet
from service.http.middleware.headers import SafeHeaders
from service.http.middleware.root_path import RootPath
from service.http.middleware.set_path import SetPath
from service.http.middleware.statuses import Statuses
from service.http.models.baselines import make_baselines_routes
from service.http.models.models import make_models_routes
from service.http.models.versions import make_versions_routes
from service.http.operator.moderation import make_moderation_routes
from service.http.operator.sets import make_operator_sets_routes
from service.http.pages.page_release import RELEASE
from service.http.pages.pages import FOLDERS, ROOT_FILES, Page
from service.http.predict import make_predict_routes
from service.http.receipts import make_receipt_routes
from service.http.symbol_sets import make_symbol_sets_routes
from service.inference.served import Served
from service.intake.moderation import OperatorModeration
from service.metrics.metrics import Metrics
from service.paths import SHIPPED_BASELINES
from service.sets.sets import Sets
from service.settings import Settings
from service.websocket.sockets import Sockets, SocketsFirst
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

DESCRIPTION = (
    "Reads a handwritten digit while it is still being drawn, and learns from the drawings that visitors contribute. "
    "Live predictions come over the websocket at /ws; docs/protocol.md describes its protocol, midstroke.v1."
)


def create_app(
    sets: Sets,
    settings: Settings,
    frontend: Path,
    baselines: Path = SHIPPED_BASELINES,
    metrics: Metrics | None = None,
    moderation: OperatorModeration | None = None,
) -> FastAPI:
    """The service as an ASGI application; `frontend` is the folder of the page, `baselines` that of the comparison.

    `metrics` counts for several workers; without it this application counts for itself. Without `moderation` nothing is
    moderated, and no list of withdrawn drawings is served.
    """
    metrics = metrics or Metrics()
    for card in sets.digits.live.current.cards:
        metrics.of_model(card.family)  # its series begin at zero
    origins = Origins(settings.allowed_origins, without=settings.allow_no_origin)
    sockets = Sockets(sets, origins, settings.max_sockets, settings.frames_per_second, metrics)
    page = Page(frontend, settings.root_path)
    app = FastAPI(
        title="Midstroke",
        version="1",
        description=DESCRIPTION,
        lifespan=_lifespan(sets, sockets),
        servers=[{"url": "."}],  # relative to openapi.json: the service may be under a path prefix
        docs_url=None,  # FastAPI's own pages load scripts from a CDN
        redoc_url=None,
        redirect_slashes=False,  # its redirects name the host that a proxy reached
    )
    app.state.metrics = metrics  # the connections below count into the same
    app.add_middleware(HeadAsGet)
    app.add_middleware(Cors, origins=origins)
    app.add_middleware(SafeHeaders)
    app.add_middleware(SocketsFirst, serve=sockets.serve)
    app.add_middleware(SetPath, sets=sets)
    app.add_middleware(Statuses, metrics=metrics)
    if settings.root_path.rstrip("/"):
        app.add_middleware(RootPath, prefix=settings.root_path)
    add_error_handlers(app, lambda request: cors_headers(origins, request.headers))
    for routes in (
        *_public_routes(sets, origins, metrics, baselines),
        *_operator_routes(sets, settings, page, moderation),
    ):
        app.include_router(routes)
    if settings.metrics:
        limits = Limits(settings.max_sockets * len(metrics.blocks), settings.spool_bytes)
        app.include_router(make_metrics_routes(metrics, sets, limits))
    add_api_docs(app)
    _add_page(app, page, origins)
    return app


def _lifespan(sets: Sets, sockets: Sockets) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Wakes the sessions when other models, or another set, are served."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def wake_sessions(_before: Served, _after: Served) -> None:
            # Models are polled in a thread of their own; sessions belong to this loop.
            asyncio.run_coroutine_threadsafe(sockets.wake_all(), loop)

        stop_listening = [sets.digits.live.listen(wake_sessions), sets.listen(wake_sessions)]
        yield
        for stop in stop_listening:
            stop()

    return lifespan


def _public_routes(sets: Sets, origins: Origins, metrics: Metrics, baselines: Path) -> Iterator[APIRouter]:
    yield make_predict_routes(sets, origins, metrics)
    yield make_contributions_routes(sets, origins, metrics)
    yield make_receipt_routes(sets, origins, sets.digits.intake.pool)
    yield make_models_routes(sets, Registry(FolderStore(FIRST_MODELS)))
    yield make_symbol_sets_routes(sets)
    yield make_versions_routes(sets)
    yield make_baselines_routes(baselines)
    yield make_health_routes(sets.digits.live, sets.digits.intake)


def _operator_routes(
    sets: Sets, settings: Settings, page: Page, moderation: OperatorModeration | None
) -> Iterator[APIRouter]:
    operator = Operator(settings.operator_token.get_secret_value())
    yield make_operator_sets_routes(sets, operator, sets.digits.intake.pool, page)
    if moderation is not None:
        yield make_moderation_routes(moderation, operator, page)


def _add_page(app: FastAPI, page: Page, origins: Origins) -> None:
    def respond(path: str, request: Request) -> Response:
        response = page.respond(path, request)
        if response is None:
            raise HTTPException(404, "there is no such file")
        return response

    @app.get("/", include_in_schema=False)
    def index(request: Request) -> Response:
        return respond("index.html", request)

    @app.get("/{path:path}", include_in_schema=False)
    def file(path: str, request: Request) -> Response:
        if path.split("/", maxsplit=1)[0] not in FOLDERS and path not in (*ROOT_FILES, RELEASE):
            raise HTTPException(404, "there is nothing here")
        if path.startswith("embed/") and "origin" in request.headers:
            check_origin(origins, request)  # tells the embedding page the reason, which the browser would hide
        return respond(path, request)
