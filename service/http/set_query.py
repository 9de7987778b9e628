"""Finds the symbol set that a call is about: by `?set=`, by an address under `/s/<id>/`, or else digits."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from service.http.errors import HttpError
from service.sets.scope import SetScope
from service.sets.sets import SET_IN_SCOPE, Sets

SetQuery = Annotated[str | None, Query(alias="set", description="id of a symbol set; by default digits")]


def scope_of(sets: Sets, request: Request, set_id: str | None) -> SetScope:
    """The set's scope.

    Raises:
        HttpError: 404, there is no such set.
    """
    named = request.scope.get(SET_IN_SCOPE) if set_id is None else set_id
    scope = sets.find(named)
    if scope is None:
        raise HttpError(404, "unknown_set", f"set {named!r:.40}, expected one of {sets.ids}"[:400])
    return scope
