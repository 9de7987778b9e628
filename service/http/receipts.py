"""The HTTP calls of those who hold a receipt: see, download, delete. What they may do is `receipts.py`'s."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from collector.spool.deletions import WasDeleted
from collector.spool.spool import SpoolError
from collector.storage.object_store import StoreError
from collector.storage.stored_drawing import BadStoredDrawing
from service.admission.origins import Origins
from service.admission.token_bucket import TokenBucket
from service.http.errors import Problem
from service.http.receipt_archive import archive_kept, describe_kept, name_archive
from service.http.routes import Responses, refuse_body
from service.http.schemas import DeletedForm, KeptForm
from service.intake.receipts import Receipts, WrongReceipt

log = logging.getLogger(__name__)

CALLS_PER_SECOND = 100.0  # with right receipts, all contributors together
WRONG_PER_SECOND = 20.0  # counted apart: who guesses must not keep out who knows
HEADERS = {"Cache-Control": "no-store"}

Outcome = TypeVar("Outcome")

BEARER = HTTPBearer(auto_error=False, scheme_name="receipt", description="the receipt that `accepted` brought")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
REFUSALS = refuse_body(
    {
        404: "No such drawing is kept, or this is not its receipt",
        429: "Too many calls just now",
        503: "The disk or the store can't be read just now; try again",
    }
)
GONE = refuse_body({410: "It was deleted"})
ZIP: Responses = {200: {"description": "A zip file", "content": {"application/zip": {}}}}


def make_receipt_routes(receipts: Receipts, origins: Origins) -> APIRouter:
    """Three calls under `/contributions/{drawing}`; the receipt is a header, for logs keep addresses."""
    routes = APIRouter()
    gate = _Gate(receipts)

    @routes.get(
        "/contributions/{drawing}",
        summary="See all that is kept of a drawing, by its receipt",
        response_model=KeptForm,
        responses={**REFUSALS, **GONE},
    )
    async def see(drawing: str, credentials: Credentials) -> Response:
        receipt = gate.pass_in(drawing, credentials)
        kept = await _in_thread(lambda: describe_kept(receipts.read(drawing, receipt)))
        return JSONResponse(kept, headers=HEADERS)

    @routes.get(
        "/contributions/{drawing}/archive",
        summary="Download all that is kept of a drawing, by its receipt: JSON, PNGs and terms in a zip file",
        response_class=Response,
        responses={**ZIP, **REFUSALS, **GONE},
    )
    async def download(drawing: str, credentials: Credentials) -> Response:
        receipt = gate.pass_in(drawing, credentials)

        def pack() -> tuple[bytes, str]:
            kept = receipts.read(drawing, receipt)
            return archive_kept(kept), name_archive(kept)

        body, name = await _in_thread(pack)
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type="application/zip", headers={**HEADERS, **named})

    @routes.delete(
        "/contributions/{drawing}",
        summary="Delete a drawing for good, by its receipt; a second time changes nothing",
        response_model=DeletedForm,
        responses={**REFUSALS, **refuse_body({403: "Another site's page asked"})},
    )
    async def delete(request: Request, drawing: str, credentials: Credentials) -> Response:
        if not origins.allow(request.headers.get("origin"), request.headers.get("host")):
            raise Problem(403, "origin_not_allowed", "this origin's pages may not delete")
        receipt = gate.pass_in(drawing, credentials)
        deletion = await _in_thread(lambda: receipts.delete(drawing, receipt))
        told = {"id": deletion.id, "deleted_at": deletion.deleted_at.isoformat(timespec="milliseconds")}
        return JSONResponse(told, headers=HEADERS)

    return routes


class _Gate:
    """Lets in who holds the receipt, so many in a second."""

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts
        self._calls = TokenBucket(CALLS_PER_SECOND)
        self._wrong = TokenBucket(WRONG_PER_SECOND)

    def pass_in(self, drawing: str, credentials: HTTPAuthorizationCredentials | None) -> str:
        """The receipt, found right.

        Raises:
            Problem: 404 wrong or missing, 429 too many calls.
        """
        receipt = credentials.credentials if credentials else ""
        try:
            self._receipts.check(drawing, receipt)
        except WrongReceipt as error:
            _spend(self._wrong)
            raise _not_here() from error
        _spend(self._calls)
        return receipt


def _spend(bucket: TokenBucket) -> None:
    if not bucket.take():
        raise Problem(429, "too_many_calls", "too many calls just now; try again in a second")


def _not_here() -> Problem:
    return Problem(404, "not_found", "there is no such contribution, or this is not its receipt")


async def _in_thread(work: Callable[[], Outcome]) -> Outcome:
    try:
        return await asyncio.to_thread(work)
    except WrongReceipt as error:
        raise _not_here() from error
    except WasDeleted as error:
        raise Problem(410, "deleted", str(error)) from error
    except SpoolError as error:
        log.error("spool: %s", error)
        raise Problem(503, "busy", "the disk could not do it just now; try again") from error
    except (StoreError, BadStoredDrawing) as error:
        log.warning("a receipt's drawing was not read: %s", error)
        raise Problem(503, "store_unreachable", "what is kept could not be read just now; try again") from error
