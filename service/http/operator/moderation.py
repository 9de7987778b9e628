"""The operator's calls and page for stored drawings, and the public list of withdrawn ones."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from collector.contribution.contributor import StoredUse, stored_use
from collector.ink.drawing import strokes_to_json
from collector.moderation.audit import REASON_MAX, AuditLine, time_text
from collector.moderation.gallery import Entry, Wanted
from collector.moderation.moderator import BadModeration, NoSuchDrawing
from collector.spool.group_commit import SpoolError
from collector.storage.object_store import StoreError
from collector.storage.symbol_sets import UnknownSet
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols, SymbolSet
from service.admission.operator import Operator
from service.http.errors import HttpError
from service.http.operator.access import OPERATOR_ERRORS, operator_only
from service.http.pages.pages import Page
from service.http.request_body import BODY_ERRORS, read_model
from service.http.schemas import Responses, error_responses
from service.http.storage_threads import StorageThreads
from service.intake.moderation import Action, Decision, OperatorModeration
from service.intake.storage_pool import StoragePool

PAGE = "operator_drawings.html"
MAX_DECISION_BYTES = 4096
PAGE_MAX = 100  # drawings of one answer
AUDIT_MAX = 500

# Of its own: whoever asks for lists while the store is slow must not keep contributions waiting.
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


class SetClass(BaseModel):
    """A class that drawings can have."""

    id: str
    name: str


class ModeratedSet(BaseModel):
    """A symbol set whose drawings can be moderated."""

    id: str
    name: str
    retired: bool


class ModeratedDrawing(BaseModel):
    """A stored drawing and what was decided about it."""

    id: str
    label: str = Field(description="id of the class that counts")
    asked: str = Field(description="id of the class that the contributor was asked for")
    contributor: str = Field(description="the contributor's hash")
    use: StoredUse = Field(description="judging: a validation drawing")
    received_at: str
    pointer: str
    source: str
    verdict: Literal["accepted", "filtered"] = Field(description="of the label filter")
    confirmed: bool
    hidden: bool
    blocked: bool = Field(description="true if its contributor is blocked")
    relabelled: bool
    width: int
    height: int
    pen_width: float
    strokes: list[list[list[float | None]]]


class ModeratedDrawings(BaseModel):
    """A page of drawings, by id."""

    classes: list[SetClass]
    drawings: list[ModeratedDrawing]
    after: str | None = Field(description="`after` of the next page; null behind the last drawing")


class GivenDecision(BaseModel, extra="forbid"):
    """An action on a drawing, or on a contributor for block and unblock."""

    action: Action
    drawing: str | None = Field(None, max_length=64)
    contributor: str | None = Field(None, max_length=64)
    label: str | None = Field(None, max_length=64, description="id of the class, for relabel")
    reason: str = Field("", max_length=REASON_MAX)
    set: str = Field(DIGITS_ID, max_length=64)


class Decided(BaseModel):
    """The decision is in effect."""

    changed: bool = Field(description="false if it was in effect before")


class AuditEntry(BaseModel):
    """One decision."""

    at: str
    action: str
    drawing: str | None
    contributor: str | None
    label_before: str | None
    label: str | None
    reason: str
    via: str


DECISION_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": GivenDecision.model_json_schema()}}}
}


def make_moderation_routes(moderation: OperatorModeration, operator: Operator, page: Page) -> APIRouter:
    """Without an operator every call but the list of withdrawn drawings answers 404."""
    threads = StorageThreads(StoragePool(THREADS, WAITING_MAX), _error_of)
    routes = APIRouter()
    calls = APIRouter(
        prefix="/operator/moderation",
        dependencies=[Depends(operator_only(operator))],
        include_in_schema=operator.is_enabled,
        responses=ERRORS,
    )

    @routes.get(
        "/withdrawn.txt",
        summary="List the drawings that nobody may use any more: deleted, hidden, or by blocked contributors",
        response_class=Response,
        responses=LIST,
    )
    async def withdrawn(set_id: SetQuery = DIGITS_ID) -> Response:
        body = await threads.run(lambda: moderation.withdrawn(moderation.symbols(set_id)))
        return Response(body, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})

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
        def find() -> ModeratedDrawings:
            symbols = moderation.symbols(set_id)
            if label is not None and label not in symbols.places:
                raise BadModeration(f"label {label!r:.60}, expected the id of a class of set {symbols.id}")
            place = None if label is None else symbols.places[label]
            found = moderation.find(symbols, Wanted(place, contributor, verdict, state), after, limit)
            return ModeratedDrawings(
                classes=[SetClass(id=each.id, name=each.name) for each in symbols.classes],
                drawings=[_described(entry, symbols) for entry in found.entries],
                after=found.after,
            )

        # As text here: building it in a thread keeps a page of long drawings off the event loop.
        body = await threads.run(lambda: find().model_dump_json())
        return Response(body, media_type="application/json", headers=NO_STORE)

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
            return [_described_line(line, symbols) for line in moderation.audit(symbols, newest)]

        return await threads.run(read)

    @routes.get("/operator/drawings", include_in_schema=False)
    async def shell(request: Request) -> Response:
        # A browser can't send the token with an address that is typed: the page, which holds no secret, asks for it.
        response = page.respond(PAGE, request) if operator.is_enabled else None
        if response is None:
            raise HttpError(404, "not_found", f"{request.method} {request.url.path}: there is nothing here")
        return response

    routes.include_router(calls)
    return routes


def _described(entry: Entry, symbols: SymbolSet) -> ModeratedDrawing:
    stored = entry.stored
    return ModeratedDrawing(
        id=stored.id,
        label=_class_id(entry.label, symbols) or "",
        asked=_class_id(stored.label, symbols) or "",
        contributor=stored.contributor,
        use=stored_use(stored.use),
        received_at=time_text(stored.received_at),
        pointer=stored.pointer,
        source=stored.source,
        verdict=entry.verdict,
        confirmed=stored.confirmed,
        hidden=entry.hidden,
        blocked=entry.blocked,
        relabelled=entry.relabelled,
        width=stored.width,
        height=stored.height,
        pen_width=stored.pen_width,
        strokes=strokes_to_json(stored.strokes),
    )


def _described_line(line: AuditLine, symbols: SymbolSet) -> AuditEntry:
    return AuditEntry(
        at=line.at,
        action=line.action,
        drawing=line.drawing,
        contributor=line.contributor,
        label_before=_class_id(line.label_before, symbols),
        label=_class_id(line.label, symbols),
        reason=line.reason,
        via=line.via,
    )


def _class_id(place: int | None, symbols: SymbolSet) -> str | None:
    return symbols.classes[place].id if place is not None and 0 <= place < len(symbols.classes) else None


def _error_of(error: Exception) -> HttpError | None:
    match error:
        case NoSuchDrawing() | UnknownSet():
            return HttpError(404, "not_found", str(error))
        case BadModeration() | BadSymbols():
            return HttpError(422, "bad_request", str(error))
        case SpoolError() | StoreError():
            return HttpError(503, "store_unreachable", "the disk or the store can't be used now; try again")
    return None
