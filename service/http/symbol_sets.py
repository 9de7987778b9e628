"""`GET /sets` and `GET /sets/{set_id}`: the symbol sets and their definitions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from collector.symbols.definition import to_record
from service.http.schemas import error_responses
from service.http.set_query import scope_of
from service.sets.sets import Sets
from service.wire.schemas import ListedSet


def make_symbol_sets_routes(sets: Sets) -> APIRouter:
    routes = APIRouter()

    @routes.get("/sets", summary="List the symbol sets, digits first")
    async def listed() -> list[ListedSet]:
        return sets.listed()

    @routes.get(
        "/sets/{set_id}",
        summary="Show a set's definition, with its example drawings and retired classes",
        responses=error_responses({404: "No such set"}),
    )
    async def definition(request: Request, set_id: str) -> dict[str, Any]:
        return to_record(scope_of(sets, request, set_id).symbols)

    return routes
