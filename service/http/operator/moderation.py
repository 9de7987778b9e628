"""The operator's calls and page for stored drawings, and the public list of the withdrawn ones."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from collector.moderation.gallery import Wanted
from collector.moderation.moderator import BadModeration, NoSuchDrawing
from collector.spool.group_commit import SpoolError
from collector.storage.object_store import StoreError
from collector.storage.symbol_sets import UnknownSet
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols, SymbolSet
from service.admission.operator import Operator
from service.http.errors import HttpError
from service.http.operator.access import OPERATOR_ERRORS, operator_only
from service.http.operator.moderation_schemas import (
    AuditEntry,
    Decided,
    GivenDecision,
    ModeratedDrawings,
    ModeratedSet,
    describe_decision,
    describe_page,
)
from service.http.pages.pages import Page
from service.http.request_body import BODY_ERRORS, read_model
from service.http.schemas import Responses, error_responses
from service.http.storage_threads import StorageThreads
from service.intake.moderation import Decision, OperatorModeration
from service.intake.storage_pool import StoragePool

PAGE = "operator_drawings.html"
MAX_DECISION_BYTES = 4096
PAGE_MAX = 100  # drawings of one answer
AUDIT_MAX = 500

# A pool of its own: lists that wait for a slow store must not delay contributions.
THREADS, WAITING_MAX = 2, 32

NO_STORE = {"Cache-Control": "no-store"}
UNAVAILABLE = error_responses({503: "The disk or the store can't be used now; try again"})
ERRORS: Responses = {**OPERATOR_ERRORS, **error_responses({422: "It is invalid"}), **UNAVAILABLE}
LIST: Responses = {
    200: {"description": "Ids, one a line, sorted", "content": {"text/plain": {}}},
    **error_responses({404: "No such set"}),
    **UNAVAILABLE,
}

SetQuery = Annotated[str, Query(alias="set", description="symbol set")]


DECISION_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": GivenDecision.model_json_schema()}}}
}


def make_moderation_routes(moderation: OperatorModeration, operator: Operator, page: Page) -> APIRouter:
    """Without an operator every call but the list of withdrawn drawings answers 404."""
    threads = StorageThreads(StoragePool(THREADS, WAITING_MAX), _error_of)
    routes = APIRouter()
    routes.include_router(_withdrawn_route(moderation, threads))
    routes.include_router(_page_route(operator, page))
    routes.include_router(_calls(moderation, operator, threads))
    return routes


def _withdrawn_route(moderation: OperatorModeration, threads: StorageThreads) -> APIRouter:
    routes = APIRouter()

    @routes.get(
        "/withdrawn.txt",
        summary="List the drawings that nobody may use any more: deleted, hidden, or by blocked contributors",
        response_class=Response,
        responses=LIST,
    )
    async def withdrawn(set_id: SetQuery = DIGITS_ID) -> Response:
        body = await threads.run(lambda: moderation.withdrawn(moderation.symbols(set_id)))
        return Response(body, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})

    return routes


def _page_route(operator: Operator, page: Page) -> APIRouter:
    routes = APIRouter()

    @routes.get("/operator/drawings", include_in_schema=False)
    async def shell(request: Request) -> Response:
        # A browser can't send the token with an address that is typed: the page, which holds no secret, asks for it.
        response = page.respond(PAGE, request) if operator.is_enabled else None
        if response is None:
            raise HttpError(404, "not_found", f"{request.method} {request.url.path}: there is nothing here")
        return response

    return routes


def _calls(moderation: OperatorModeration, operator: Operator, threads: StorageThreads) -> APIRouter:
    calls = APIRouter(
        prefix="/operator/moderation",
        dependencies=[Depends(operator_only(operator))],
        include_in_schema=operator.is_enabled,
        responses=ERRORS,
    )

    @calls.get("/sets", summary="List all symbol sets, digits first, retired ones too")
    async def sets(response: Response) -> list[ModeratedSet]:
        response.headers.update(NO_STORE)
        found = await threads.run(moderation.sets)
        return [ModeratedSet(id=each.id, name=each.name, retired=each.is_retired) for each in found]

    @calls.get("/drawings", summary="List stored drawings", response_model=ModeratedDrawings)
    async def drawings(
        set_id: SetQuery = DIGITS_ID,
        label: str | None = None,
        contributor: str | None = None,
        verdict: Literal["accepted", "filtered"] | None = None,
        state: Literal["shown", "hidden", "relabelled", "blocked"] | None = None,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Response:
        def find() -> str:
            symbols = moderation.symbols(set_id)
            wanted = Wanted(_place_of(label, symbols), contributor, verdict, state)
            # As text here: building it in a thread keeps a page of long drawings off the event loop.
            return describe_page(moderation.find(symbols, wanted, after, limit), symbols).model_dump_json()

        return Response(await threads.run(find), media_type="application/json", headers=NO_STORE)

    @calls.post(
        "/decisions",
        summary="Hide, unhide, relabel or delete a drawing; block or unblock a contributor",
        openapi_extra=DECISION_BODY,
        responses={**BODY_ERRORS},
    )
    async def decide(request: Request, response: Response) -> Decided:
        given = await read_model(request, GivenDecision, MAX_DECISION_BYTES)
        decision = Decision(given.action, given.drawing, given.contributor, given.label, given.reason)
        response.headers.update(NO_STORE)
        changed = await threads.run(lambda: moderation.decide(moderation.symbols(given.set), decision))
        return Decided(changed=changed)

    @calls.get("/audit", summary="List the operators' decisions, the latest first")
    async def audit(
        response: Response, set_id: SetQuery = DIGITS_ID, newest: Annotated[int, Query(ge=1, le=AUDIT_MAX)] = 100
    ) -> list[AuditEntry]:
        response.headers.update(NO_STORE)

        def read() -> list[AuditEntry]:
            symbols = moderation.symbols(set_id)
            return [describe_decision(line, symbols) for line in moderation.audit(symbols, newest)]

        return await threads.run(read)

    return calls


def _place_of(label: str | None, symbols: SymbolSet) -> int | None:
    """Raises:
    BadModeration: the set has no class of this id.
    """
    if label is not None and label not in symbols.places:
        raise BadModeration(f"label {label!r:.60}, expected the id of a class of set {symbols.id}")
    return None if label is None else symbols.places[label]


def _error_of(error: Exception) -> HttpError | None:
    match error:
        case NoSuchDrawing() | UnknownSet():
            return HttpError(404, "not_found", str(error))
        case BadModeration() | BadSymbols():
            return HttpError(422, "bad_request", str(error))
        case SpoolError() | StoreError():
            return HttpError(503, "store_unreachable", "the disk or the store can't be used now; try again")
    return None
