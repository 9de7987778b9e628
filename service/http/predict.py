"""`POST /predict`: classifies a picture of a digit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from collector.ink.canvas_png import MAX_PNG_BYTES
from service.admission.origins import Origins
from service.http.errors import HttpError
from service.http.middleware.cors import check_origin
from service.http.request_body import BODY_ERRORS, read_body
from service.http.schemas import PredictedDigit, error_responses
from service.inference.inputs import make_inputs
from service.inference.live_models import LiveModels
from service.inference.model_selection import select_predictors
from service.network.metered import in_request_thread
from service.wire.messages import Frame
from service.wire.protocol import ProtocolError

PNG_BODY = {"requestBody": {"required": True, "content": {"image/png": {}}}}
ERRORS = error_responses(
    {403: "A page of another origin sent it", 422: "Unsupported PNG, or no such family", 503: "No model is served"}
)

FamilyQuery = Annotated[str | None, Query(description="family that answers; by default the best")]


def make_predict_routes(live: LiveModels, origins: Origins) -> APIRouter:
    routes = APIRouter()

    @routes.post(
        "/predict",
        summary="Classify a picture of a digit, finished or not",
        openapi_extra=PNG_BODY,
        responses={**ERRORS, **BODY_ERRORS},
    )
    async def predict(request: Request, family: FamilyQuery = None) -> PredictedDigit:
        if "origin" in request.headers:
            check_origin(origins, request)
        frame = Frame("png", await read_body(request, "image/png", MAX_PNG_BYTES))
        served = live.current
        if family is not None and family not in served.predictors:
            raise HttpError(422, "unknown_family", f"family {family!r:.40}, expected one of {list(served.predictors)}")
        try:
            predictor = select_predictors(served, () if family is None else (family,), frame)[0]
            inputs = await in_request_thread(make_inputs, frame, [predictor.encoding])
        except ProtocolError as error:
            raise HttpError(503 if error.code == "no_model" else 422, error.code, error.message) from error
        prediction = predictor.predict(inputs[predictor.encoding])
        return PredictedDigit(
            family=prediction.family,
            model=prediction.model,
            probabilities=[round(p, 5) for p in prediction.probabilities],
            digit=prediction.digit,
            doubt=round(prediction.doubt, 5),
            unsure=prediction.unsure,
            settled=prediction.settled,
            personal=prediction.personal,
        )

    return routes
