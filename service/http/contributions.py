"""`POST /contributions`: stores a finished, labelled drawing."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.admission.origins import Origins
from service.http.middleware.cors import check_origin
from service.http.request_body import BODY_ERRORS, JSON_BODY, read_json
from service.http.schemas import Error, Responses, error_responses
from service.http.set_query import SetQuery, scope_of
from service.intake.intake import unknown_set
from service.metrics.metrics import Metrics
from service.network.limits.metered import spend_for_request
from service.sets.sets import Sets
from service.wire.protocol import MAX_MESSAGE_BYTES
from service.wire.schemas import Accepted, Refused

ANSWERS: Responses = {
    200: {"model": Accepted, "description": "It was stored before"},
    410: {"model": Refused, "description": "It was deleted and can't be contributed again"},
    422: {"model": Refused | Error, "description": "It is invalid, or no JSON object"},
    503: {"model": Refused, "description": "It can't be stored now"},
    403: {"model": Refused | Error, "description": "Its contributor is blocked, or a page of another origin sent it"},
    **error_responses({404: "No such set"}),
    **BODY_ERRORS,
}


def make_contributions_routes(sets: Sets, origins: Origins, metrics: Metrics) -> APIRouter:
    routes = APIRouter()

    @routes.post(
        "/contributions",
        summary="Contribute a finished, labelled drawing",
        response_model=Accepted,
        status_code=201,
        openapi_extra=JSON_BODY,
        responses=ANSWERS,
    )
    async def contribute(request: Request, set_id: SetQuery = None) -> Response:
        check_origin(origins, request)
        record = await read_json(request, MAX_MESSAGE_BYTES)
        named = record.get("set") if set_id is None else set_id
        if named is None or isinstance(named, str):
            reply = await scope_of(sets, request, named).intake.take(record, spend_for_request)
        else:
            reply = unknown_set(record)
        metrics.contributed(reply)
        return Response(reply.model_dump_json(), _status_of(reply), media_type="application/json")

    return routes


def _status_of(reply: Accepted | Refused) -> int:
    match reply:
        case Accepted(duplicate=duplicate):
            return 200 if duplicate else 201
        case Refused(retry=True):
            return 503
        case Refused(code="deleted"):
            return 410
        case Refused(code="blocked"):
            return 403
        case Refused():
            return 422
