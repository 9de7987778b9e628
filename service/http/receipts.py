"""HTTP calls for contributors who hold a receipt: states, see, download, delete; `intake/receipts.py` does the work."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from collector.spool.deletions import WasDeleted
from collector.spool.group_commit import SpoolError
from collector.spool.pending_drawing import BadPendingDrawing
from collector.storage.object_store import StoreError
from collector.storage.stored_drawing import BadStoredDrawing
from service.admission.origins import Origins
from service.admission.token_bucket import TokenBucket
from service.http.errors import HttpError
from service.http.middleware.cors import check_origin
from service.http.receipt_archive import archive_name, describe_stored, make_archive
from service.http.request_body import BODY_ERRORS, read_model
from service.http.schemas import (
    STATES_MAX,
    Deleted,
    DrawingState,
    DrawingStates,
    HeldReceipt,
    Responses,
    StatesRequest,
    StoredContribution,
    error_responses,
)
from service.http.storage_threads import StorageThreads
from service.intake.receipts import Receipts, WrongReceipt
from service.intake.storage_pool import StoragePool
from service.sets.sets import Sets

log = logging.getLogger(__name__)

CALLS_PER_SECOND = 100.0  # with correct receipts, from all contributors together
WRONG_PER_SECOND = 20.0  # counted apart: guessing must not lock out those who hold receipts
MAX_STATES_BYTES = 16 * 1024  # 64 receipts take 9 KiB
NO_STORE = {"Cache-Control": "no-store"}

BEARER = HTTPBearer(auto_error=False, scheme_name="receipt", description="the receipt from the `accepted` reply")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
ERRORS = error_responses(
    {
        404: "No such drawing, or not its receipt",
        429: "Too many calls; try again in a second",
        503: "The disk or the store can't be read now; try again",
    }
)
GONE = error_responses({410: "It was deleted"})
STATES_ERRORS = error_responses(
    {
        403: "A page of another origin sent it",
        422: "No list of receipts",
        429: "Too many calls; try again in a second",
        503: "The disk or the store can't be read now; try again",
    }
)
# The call reads its body itself, to bound its size.
STATES_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["receipts"],
                    "properties": {
                        "receipts": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": STATES_MAX,
                            "items": HeldReceipt.model_json_schema(),
                        }
                    },
                }
            }
        },
    }
}
ZIP: Responses = {200: {"description": "A zip file", "content": {"application/zip": {}}}}


def make_receipt_routes(sets: Sets, origins: Origins, pool: StoragePool) -> APIRouter:
    """The calls under `/contributions/{drawing}`. The receipt is sent in a header, because logs keep URLs."""
    routes = APIRouter()
    limiter = _Limiter(sets)
    threads = StorageThreads(pool, _error_of)

    _add_states_call(routes, origins, limiter, threads)

    @routes.get(
        "/contributions/{drawing}",
        summary="See all that is stored of a drawing",
        responses={**ERRORS, **GONE},
    )
    async def see(drawing: str, credentials: Credentials, response: Response) -> StoredContribution:
        receipts, receipt = limiter.check(drawing, credentials)
        response.headers.update(NO_STORE)
        return await threads.run(lambda: describe_stored(receipts.read(drawing, receipt)))

    @routes.get(
        "/contributions/{drawing}/archive",
        summary="Download all that is stored of a drawing: JSON, PNGs and terms in a zip file",
        response_class=Response,
        responses={**ZIP, **ERRORS, **GONE},
    )
    async def download(drawing: str, credentials: Credentials) -> Response:
        receipts, receipt = limiter.check(drawing, credentials)

        def pack() -> tuple[bytes, str]:
            stored = receipts.read(drawing, receipt)
            return make_archive(stored), archive_name(stored)

        body, name = await threads.run(pack)
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type="application/zip", headers={**NO_STORE, **disposition})

    @routes.delete(
        "/contributions/{drawing}",
        summary="Delete a drawing for good; repeating it changes nothing",
        responses={**ERRORS, **error_responses({403: "A page of another origin sent it"})},
    )
    async def delete(request: Request, drawing: str, credentials: Credentials, response: Response) -> Deleted:
        check_origin(origins, request)
        receipts, receipt = limiter.check(drawing, credentials)
        response.headers.update(NO_STORE)
        deletion = await threads.run(lambda: receipts.delete(drawing, receipt))
        return Deleted(id=deletion.id, deleted_at=deletion.deleted_at.isoformat(timespec="milliseconds"))

    return routes


def _add_states_call(routes: APIRouter, origins: Origins, limiter: _Limiter, threads: StorageThreads) -> None:
    @routes.post(
        "/contributions/states",
        summary="Ask for the states of many drawings at once, without their strokes and pictures",
        openapi_extra=STATES_BODY,
        responses={**STATES_ERRORS, **BODY_ERRORS},
    )
    async def states(request: Request, response: Response) -> DrawingStates:
        check_origin(origins, request)
        asked = await read_model(request, StatesRequest, MAX_STATES_BYTES)
        response.headers.update(NO_STORE)
        found = [limiter.find(one.id, one.receipt) for one in asked.receipts]

        def find() -> list[DrawingState]:
            return [
                _unknown(one) if receipts is None else _state_of(receipts, one)
                for one, receipts in zip(asked.receipts, found, strict=True)
            ]

        return DrawingStates(drawings=await threads.run(find))


class _Limiter:
    """Checks receipts, a limited number each second."""

    def __init__(self, sets: Sets) -> None:
        self._sets = sets
        self._calls = TokenBucket(CALLS_PER_SECOND)
        self._wrong = TokenBucket(WRONG_PER_SECOND)

    def check(self, drawing: str, credentials: HTTPAuthorizationCredentials | None) -> tuple[Receipts, str]:
        """The receipt if it is correct, and the receipts of its set.

        Raises:
            HttpError: 404 wrong or missing, 429 too many calls.
        """
        receipt = credentials.credentials if credentials else ""
        receipts = self.find(drawing, receipt)
        if receipts is None:
            raise _not_found()
        return receipts, receipt

    def find(self, drawing: str, receipt: str) -> Receipts | None:
        """The receipts of the set that the receipt is of, for each set makes its own; None for a wrong one.

        Raises:
            HttpError: 429 too many calls.
        """
        for scope in self._sets.scopes:
            try:
                scope.receipts.check(drawing, receipt)
            except WrongReceipt:
                continue
            _spend(self._calls)
            return scope.receipts
        _spend(self._wrong)
        return None


def _state_of(receipts: Receipts, held: HeldReceipt) -> DrawingState:
    try:
        return DrawingState(id=held.id, state="kept", filtered=receipts.is_filtered(held.id, held.receipt))
    except WrongReceipt:
        return _unknown(held)
    except WasDeleted:
        return DrawingState(id=held.id, state="deleted", filtered=False)


def _unknown(held: HeldReceipt) -> DrawingState:
    return DrawingState(id=held.id, state="unknown", filtered=False)


def _spend(bucket: TokenBucket) -> None:
    if not bucket.take():
        raise HttpError(429, "too_many_calls", "too many calls; try again in a second")


def _not_found() -> HttpError:
    return HttpError(404, "not_found", "no such contribution, or not its receipt")


def _error_of(error: Exception) -> HttpError | None:
    match error:
        case WrongReceipt():
            return _not_found()
        case WasDeleted():
            return HttpError(410, "deleted", str(error))
        case SpoolError():
            log.error("spool: %s", error)
            return HttpError(503, "busy", "the disk failed; try again")
        case StoreError() | BadStoredDrawing() | BadPendingDrawing():
            log.warning("can't read a contribution by its receipt: %s", error)
            return HttpError(503, "store_unreachable", "the drawing can't be read now; try again")
    return None
