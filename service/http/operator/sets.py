"""The operator's calls and page for symbol sets: create, change and retire them, and give examples."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from collector.contribution.contribution import POINTS_MAX, STROKES_MAX
from collector.contribution.layout import is_drawing_id
from collector.ink.drawing import DrawingError, check_points, describe, parse_strokes
from collector.ink.snapshot import MAX_CANVAS_SIDE
from collector.spool.group_commit import SpoolError
from collector.storage.object_store import StoreError
from collector.storage.symbol_sets import TooManySets
from collector.symbols.definition import DEFINITION_BYTES_MAX, from_record, to_record
from collector.symbols.symbol_set import BadSymbols, SymbolSet, redefine, retire
from service.admission.operator import Operator
from service.http.errors import HttpError
from service.http.operator.access import OPERATOR_ERRORS, operator_only
from service.http.pages.pages import Page
from service.http.request_body import BODY_ERRORS, JSON_BODY, read_json
from service.http.schemas import error_responses
from service.http.storage_threads import StorageThreads
from service.intake.storage_pool import StoragePool
from service.network.limits.metered import in_request_thread
from service.sets.examples import GivenExample
from service.sets.running_set import EXAMPLES_MAX, RunningSet, TooManyExamples
from service.sets.sets import Sets
from service.wire.protocol import MAX_MESSAGE_BYTES

PAGE = "operator_sets.html"
ERRORS = {
    **OPERATOR_ERRORS,
    **BODY_ERRORS,
    **error_responses({409: "There is one already, or too many", 422: "It is invalid", 503: "It can't be stored now"}),
}


class OperatorSet(BaseModel):
    """A set as its operator sees it."""

    definition: dict[str, Any] = Field(description="as `GET /sets/{id}`")
    drawings: int = Field(description="contributions to it, the operator's examples among them")
    examples: list[int] = Field(description="the operator's examples of each class, in the definition's order")
    examples_max: int = Field(description="examples that the set may have")
    models: list[str] = Field(description="its own models, best first")


class OperatorExample(BaseModel):
    """An example that the operator gave; those of the definition itself are not among them."""

    id: str
    label: str = Field(description="id of the class")


def make_operator_sets_routes(sets: Sets, operator: Operator, pool: StoragePool, page: Page) -> APIRouter:
    """Without an operator every call answers 404."""
    threads = StorageThreads(pool, _error_of)
    routes = APIRouter(include_in_schema=operator.is_enabled)
    routes.include_router(_page_or_list_route(sets, operator, page))
    calls = APIRouter(prefix="/operator/sets", dependencies=[Depends(operator_only(operator))])
    _add_set_calls(calls, sets, threads)
    _add_example_calls(calls, sets, threads)
    routes.include_router(calls)
    return routes


def _page_or_list_route(sets: Sets, operator: Operator, page: Page) -> APIRouter:
    shell = APIRouter()

    @shell.get("/operator/sets", include_in_schema=False)
    async def page_or_list(request: Request) -> Response:
        # A browser can't send the token with an address that is typed: the page, which holds no secret, asks for it.
        if operator.is_enabled and "authorization" not in request.headers:
            response = page.respond(PAGE, request) if "text/html" in request.headers.get("accept", "") else None
            if response is not None:
                return response
        operator_only(operator)(request)
        found = [await _describe(sets, set_id) for set_id in sets.ids[1:]]
        body = "[" + ",".join(each.model_dump_json() for each in found) + "]"
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return shell


def _add_set_calls(calls: APIRouter, sets: Sets, threads: StorageThreads) -> None:
    @calls.post("", summary="Create a symbol set", status_code=201, openapi_extra=JSON_BODY, responses=ERRORS)
    async def create(request: Request) -> OperatorSet:
        symbols = await _read_definition(request)
        if sets.find(symbols.id) is not None:
            raise HttpError(409, "exists", f"there is a set {symbols.id} already")
        await threads.run(lambda: sets.create(symbols))
        return await _describe(sets, symbols.id)

    @calls.get("/{set_id}", summary="Show a symbol set", responses=ERRORS)
    async def show(set_id: str) -> OperatorSet:
        return await _describe(sets, set_id)

    @calls.put(
        "/{set_id}",
        summary="Change a symbol set: classes that are left out are retired",
        openapi_extra=JSON_BODY,
        responses=ERRORS,
    )
    async def change(request: Request, set_id: str) -> OperatorSet:
        before = _running(sets, set_id).scope.symbols
        symbols = await _read_definition(request)
        await threads.run(lambda: sets.change(redefine(before, symbols)))
        return await _describe(sets, set_id)

    @calls.delete("/{set_id}", summary="Retire a symbol set; what was drawn stays stored", responses=ERRORS)
    async def remove(set_id: str) -> dict[str, str]:
        before = _running(sets, set_id).scope.symbols
        await threads.run(lambda: sets.change(retire(before)))
        return {"retired": set_id}


def _add_example_calls(calls: APIRouter, sets: Sets, threads: StorageThreads) -> None:
    @calls.get("/{set_id}/examples", summary="List the examples", responses=ERRORS)
    async def examples(set_id: str) -> list[OperatorExample]:
        running = _running(sets, set_id)
        classes = running.scope.symbols.classes
        return [OperatorExample(id=each.id, label=classes[each.label].id) for each in running.examples()]

    @calls.post(
        "/{set_id}/examples",
        summary="Give an example drawing, which serves everybody from then on",
        status_code=201,
        openapi_extra=JSON_BODY,
        responses=ERRORS,
    )
    async def give(request: Request, set_id: str) -> OperatorExample:
        running = _running(sets, set_id)
        given = await in_request_thread(_parse_example, await read_json(request, MAX_MESSAGE_BYTES), running)
        await threads.run(lambda: running.give(given, datetime.now(UTC)))
        return OperatorExample(id=given.id, label=running.scope.symbols.classes[given.place].id)

    @calls.delete("/{set_id}/examples/{drawing}", summary="Delete an example for good", responses=ERRORS)
    async def take_back(set_id: str, drawing: str) -> dict[str, str]:
        running = _running(sets, set_id)
        if drawing not in {each.id for each in running.examples()}:
            raise HttpError(404, "not_found", f"set {set_id} has no such example")
        await threads.run(lambda: running.take_back(drawing, datetime.now(UTC)))
        return {"deleted": drawing}


async def _describe(sets: Sets, set_id: str) -> OperatorSet:
    running = _running(sets, set_id)
    counts = await running.scope.intake.show_counts()
    return OperatorSet(
        definition=to_record(running.scope.symbols),
        drawings=counts.total,
        examples=running.count_examples(),
        examples_max=EXAMPLES_MAX,
        models=running.own_models(),
    )


def _running(sets: Sets, set_id: str) -> RunningSet:
    running = sets.running(set_id)
    if running is None:
        raise HttpError(404, "unknown_set", f"set {set_id!r:.40}, expected one of {sets.ids[1:]}"[:400])
    return running


async def _read_definition(request: Request) -> SymbolSet:
    record = await read_json(request, DEFINITION_BYTES_MAX)
    try:
        return await in_request_thread(from_record, record)
    except BadSymbols as error:
        raise HttpError(422, "bad_symbols", str(error)) from error


def _parse_example(record: dict[str, Any], running: RunningSet) -> GivenExample:
    """Raises:
    HttpError: 422, it is no drawing of a class of this set.
    """
    try:
        symbols, label = running.scope.symbols, record.get("label")
        if not isinstance(label, str):
            raise BadSymbols(f"label is {describe(label)}, expected the id of a class")
        place = symbols.place_of(label)
        if symbols.classes[place].is_retired:
            raise BadSymbols(f"class {label} is retired")
        strokes = record.get("strokes")
        points = sum(len(each) for each in strokes if isinstance(each, list)) if isinstance(strokes, list) else 0
        if isinstance(strokes, list) and (len(strokes) > STROKES_MAX or points > POINTS_MAX):
            raise BadSymbols(f"{len(strokes)} strokes of {points} points, at most {STROKES_MAX} of {POINTS_MAX}")
        parsed = parse_strokes(strokes)
        check_points(parsed, MAX_CANVAS_SIDE, MAX_CANVAS_SIDE)
    except (BadSymbols, DrawingError) as error:
        raise HttpError(422, "bad_example", str(error)) from error
    given = record.get("id", str(uuid.uuid4()))
    if not (isinstance(given, str) and is_drawing_id(given)):
        raise HttpError(422, "bad_example", f"id is {describe(given)}, expected a UUID in lower case with dashes")
    return GivenExample(given, place, parsed)


def _error_of(error: Exception) -> HttpError | None:
    match error:
        case TooManySets() | TooManyExamples():
            return HttpError(409, "too_many", str(error))
        case BadSymbols() | DrawingError():
            return HttpError(422, "bad_symbols", str(error))
        case SpoolError() | StoreError():
            return HttpError(503, "store_unreachable", "it can't be stored now; try again")
    return None
