"""`POST /predict`: classifies a picture of a digit, or drawings given as strokes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from collector.ink.canvas_png import MAX_PNG_BYTES
from collector.ink.drawing import describe
from service.admission.origins import Origins
from service.http.errors import HttpError
from service.http.middleware.cors import check_origin
from service.http.request_body import BODY_ERRORS, content_type_of, read_body, read_json
from service.http.schemas import (
    DRAWINGS_MAX,
    Error,
    FailedPrediction,
    PredictedDigit,
    Predictions,
    StrokesToPredict,
    error_responses,
)
from service.http.set_query import SetQuery, scope_of
from service.inference.inputs import make_inputs
from service.inference.model_selection import select_predictors
from service.inference.served import Served
from service.metrics.metrics import Metrics, now_ns
from service.network.limits.metered import in_request_thread
from service.sets.sets import Sets
from service.wire.messages import Frame, Snapshot
from service.wire.protocol import MAX_MESSAGE_BYTES, ProtocolError, parse_drawing
from service.wire.replies import Prediction

PNG, JSON = "image/png", "application/json"
CANVAS_SIDE = 500  # px, of drawings that don't name their canvas

ONE = StrokesToPredict.model_json_schema()
MANY = {  # written out, since a reference of its own would lead nowhere in the whole description
    "title": "DrawingsToPredict",
    "description": "Several drawings, answered in their order",
    "type": "object",
    "required": ["drawings"],
    "properties": {"drawings": {"type": "array", "minItems": 1, "maxItems": DRAWINGS_MAX, "items": ONE}},
}
BODY = {"requestBody": {"required": True, "content": {PNG: {}, JSON: {"schema": {"anyOf": [ONE, MANY]}}}}}
ERRORS = error_responses(
    {
        403: "A page of another origin sent it",
        404: "No such set",
        422: "Unsupported PNG, wrong strokes, or no such family",
        503: "No model is served",
    }
)

FamilyQuery = Annotated[str | None, Query(description="family that answers; by default the best")]


def make_predict_routes(sets: Sets, origins: Origins, metrics: Metrics) -> APIRouter:
    routes = APIRouter()

    @routes.post(
        "/predict",
        summary="Classify a picture of a digit, or one or many drawings given as strokes, finished or not",
        openapi_extra=BODY,
        responses={**ERRORS, **BODY_ERRORS},
    )
    async def predict(
        request: Request, family: FamilyQuery = None, set_id: SetQuery = None
    ) -> PredictedDigit | Predictions:
        if "origin" in request.headers:
            check_origin(origins, request)
        asker = _Asker(scope_of(sets, request, set_id).live.current, family, metrics)
        if content_type_of(request) != JSON:
            return await asker.answer(Frame("png", await read_body(request, PNG, MAX_PNG_BYTES, or_type=JSON)))
        record = await read_json(request, MAX_MESSAGE_BYTES)
        if "drawings" not in record:
            return await asker.answer_record(record)
        return Predictions(predictions=[await asker.try_record(each) for each in _listed(record["drawings"])])

    return routes


class _Asker:
    """Answers the snapshots of one call, all by the models that were served when it came."""

    def __init__(self, served: Served, family: str | None, metrics: Metrics) -> None:
        if family is not None and family not in served.predictors:
            raise HttpError(422, "unknown_family", f"family {family!r:.40}, expected one of {list(served.predictors)}")
        self._served = served
        self._families = () if family is None else (family,)
        self._metrics = metrics

    async def answer(self, snapshot: Snapshot) -> PredictedDigit:
        """The best model's prediction, or that of the family asked for.

        Raises:
            HttpError: 422 for a wrong snapshot, 503 without a model.
        """
        try:
            predictor = select_predictors(self._served, self._families, snapshot)[0]
        except ProtocolError as error:
            raise _http_error(error) from error
        counters = self._metrics.of_model(predictor.family, self._served.symbols.id)
        try:
            inputs = (await in_request_thread(make_inputs, snapshot, [predictor.encoding]))[predictor.encoding]
        except ProtocolError as error:
            counters.refused()
            raise _http_error(error) from error
        if inputs is None:
            counters.without_ink()
            return self._shown(predictor.predict(None))
        begun = now_ns()
        prediction = predictor.predict(inputs)
        counters.predicted(prediction, now_ns() - begun)
        return self._shown(prediction)

    async def answer_record(self, record: Any) -> PredictedDigit:
        """As `answer`, for a drawing's JSON."""
        if not isinstance(record, dict):
            raise HttpError(422, "bad_snapshot", f"a drawing is {describe(record)}, expected an object with strokes")
        if "strokes" not in record:
            raise HttpError(422, "bad_snapshot", "strokes missing, expected an object with strokes, or with drawings")
        try:
            snapshot = parse_drawing({"width": CANVAS_SIDE, "height": CANVAS_SIDE, **record})
        except ProtocolError as error:
            raise _http_error(error) from error
        return await self.answer(snapshot)

    async def try_record(self, record: Any) -> PredictedDigit | FailedPrediction:
        """As `answer_record`; a wrong drawing doesn't take the others' answers."""
        try:
            return await self.answer_record(record)
        except HttpError as error:
            if error.status != 422:
                raise
            return FailedPrediction(error=Error(code=error.code, message=error.message))

    def _shown(self, prediction: Prediction) -> PredictedDigit:
        symbols = self._served.symbols
        return PredictedDigit(
            family=prediction.family,
            model=prediction.model,
            probabilities=[round(p, 5) for p in prediction.probabilities],
            set=symbols.id,
            digit=prediction.leading if symbols.is_digits else None,
            label=symbols.classes[symbols.shown[prediction.leading]].id,
            doubt=round(prediction.doubt, 5),
            unsure=prediction.unsure,
            settled=prediction.settled,
            personal=prediction.personal,
        )


def _listed(drawings: Any) -> list[Any]:
    if not isinstance(drawings, list) or not drawings:
        raise HttpError(422, "bad_snapshot", f"drawings is {describe(drawings)}, expected a list of drawings")
    if len(drawings) > DRAWINGS_MAX:
        raise HttpError(422, "bad_snapshot", f"{len(drawings)} drawings, expected at most {DRAWINGS_MAX}")
    return drawings


def _http_error(error: ProtocolError) -> HttpError:
    return HttpError(503 if error.code == "no_model" else 422, error.code, error.message)
