"""The HTTP side of the wire, as `docs/protocol.md` has it. Websockets are in `session.py`, the page in `page.py`."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from collector.ink.canvas_png import MAX_PNG_BYTES, BadPng
from collector.ink.snapshot import SnapshotError
from collector.storage.object_store import StoreError
from service.admission.origins import Origins
from service.http.errors import Problem
from service.http.middleware.headers import FIGURE_POLICY
from service.http.request_body import read_body
from service.http.schemas import (
    AcceptedForm,
    ErrorForm,
    HealthForm,
    OverviewForm,
    PredictionForm,
    ReadyForm,
    RefusedForm,
)
from service.inference.inputs import make_inputs
from service.inference.live_models import LiveModels
from service.inference.model_selection import choose_predictors
from service.intake.intake import Intake
from service.wire.messages import Frame
from service.wire.protocol import MAX_MESSAGE_BYTES, ProtocolError, parse_json_object
from service.wire.replies import describe_models, describe_trainer
from training.models.artifact import CARD, BadCard
from training.models.registry import Registry, RegistryError

FOR_EVER = "public, max-age=31536000, immutable"  # a published version never changes

Responses = dict[int | str, dict[str, Any]]
PNG_BODY = {"requestBody": {"required": True, "content": {"image/png": {}}}}
JSON_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
FIGURE: Responses = {
    200: {"description": "The file", "content": {"application/json": {}, "image/svg+xml": {}}},
    404: {"model": ErrorForm, "description": "No such file"},
    503: {"model": ErrorForm, "description": "The store can't be read"},
}


def refuse_body(statuses: dict[int, str]) -> Responses:
    """How a call documents its errors."""
    return {status: {"model": ErrorForm, "description": why} for status, why in statuses.items()}


# What `read_body` may say.
BODY_REFUSALS = refuse_body({408: "Not sent in time", 413: "Too large", 415: "Of another content type"})


def make_http_routes(live: LiveModels, registry: Registry, intake: Intake, origins: Origins) -> APIRouter:
    """All calls but the page's."""
    routes = APIRouter()

    @routes.post(
        "/predict",
        summary="Read a picture of a digit, finished or not",
        response_model=PredictionForm,
        openapi_extra=PNG_BODY,
        responses={
            **refuse_body({422: "No PNG that is taken, or no family that it feeds", 503: "No model is served"}),
            **BODY_REFUSALS,
        },
    )
    async def predict(
        request: Request, family: str | None = Query(None, description="who answers; the best when not named")
    ) -> Response:
        png = await read_body(request, "image/png", MAX_PNG_BYTES)
        frame = Frame("png", png)
        served = live.current
        if family is not None and family not in served.predictors:
            raise Problem(422, "unknown_family", f"family {family!r:.40}, expected one of {list(served.predictors)}")
        try:
            predictor = choose_predictors(served, () if family is None else (family,), frame)[0]
            inputs = await asyncio.to_thread(make_inputs, frame, [predictor.encoding])
        except ProtocolError as error:
            raise Problem(503 if error.code == "no_model" else 422, error.code, error.message) from error
        except (BadPng, SnapshotError) as error:
            raise Problem(422, "bad_snapshot", str(error)) from error
        prediction = predictor.predict(inputs[predictor.encoding])
        return JSONResponse(
            {
                "family": prediction.family,
                "model": prediction.model,
                "probabilities": [round(p, 5) for p in prediction.probabilities],
                "digit": prediction.digit,
            }
        )

    @routes.post(
        "/contributions",
        summary="Give a finished, labelled drawing",
        response_model=AcceptedForm,
        status_code=201,
        openapi_extra=JSON_BODY,
        responses={
            200: {"model": AcceptedForm, "description": "It was there already"},
            410: {"model": RefusedForm, "description": "It was deleted, and does not come back"},
            422: {"model": RefusedForm | ErrorForm, "description": "It can't be taken, or it is no JSON object"},
            503: {"model": RefusedForm, "description": "It can't be taken now"},
            403: {"model": ErrorForm, "description": "Another site's page sent it"},
            **BODY_REFUSALS,
        },
    )
    async def contribute(request: Request) -> Response:
        if not origins.allow(request.headers.get("origin"), request.headers.get("host")):
            raise Problem(403, "origin_not_allowed", "this origin's pages may not contribute")
        body = await read_body(request, "application/json", MAX_MESSAGE_BYTES)
        try:
            record = parse_json_object(body)
        except ProtocolError as error:
            raise Problem(422, error.code, error.message) from error
        refusal = intake.refuse_at_once(record)
        reply = await asyncio.to_thread(intake.accept, record) if refusal is None else refusal
        if reply["type"] == "accepted":
            return JSONResponse(reply, 200 if reply["duplicate"] else 201)
        return JSONResponse(reply, 503 if reply["retry"] else 410 if reply["code"] == "deleted" else 422)

    @routes.get("/model", summary="What is served, trained and contributed", response_model=OverviewForm)
    async def model() -> Response:
        served = live.current
        counts = await asyncio.to_thread(intake.counts)
        return JSONResponse(
            {"models": describe_models(served), "trainer": describe_trainer(served), "contributions": counts}
        )

    @routes.get(
        "/models/{family}/{version}/{file}",
        summary="A published version's card.json, or one of its figures (*.svg)",
        response_class=Response,
        responses=FIGURE,
    )
    async def model_file(family: str, version: str, file: str) -> Response:
        try:
            return await asyncio.to_thread(_read_model_file, registry, family, version, file)
        except (RegistryError, BadCard) as error:
            raise Problem(404, "not_found", str(error)) from error
        except StoreError as error:
            raise Problem(503, "store_unreachable", str(error)) from error

    @routes.get("/healthz", summary="Whether the process runs", response_model=HealthForm)
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @routes.get(
        "/readyz",
        summary="Whether predictions and contributions are taken",
        response_model=ReadyForm,
        responses=refuse_body({503: "Not ready, and why"}),
    )
    async def readyz() -> Response:
        served = live.current
        if not served.predictors:
            raise Problem(503, "no_model", served.trouble or "no model has been published yet")
        trouble = await asyncio.to_thread(intake.trouble)
        if trouble:
            raise Problem(503, "no_spool", trouble)
        return JSONResponse(
            {
                "status": "ready",
                "models": describe_models(served),
                "from_store": served.from_store,
                "trouble": served.trouble or ("" if served.from_store else "the store has not answered yet"),
            }
        )

    return routes


def _read_model_file(registry: Registry, family: str, version: str, file: str) -> Response:
    headers = {"Cache-Control": FOR_EVER}
    if file == CARD:
        return Response(registry.card(family, version).to_json(), headers=headers, media_type="application/json")
    headers["Content-Security-Policy"] = FIGURE_POLICY
    return Response(registry.figure(family, version, file), headers=headers, media_type="image/svg+xml")
