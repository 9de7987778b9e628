"""`GET /healthz` and `GET /readyz`, for supervisors and load balancers."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter

from service.http.errors import HttpError
from service.http.schemas import Health, Ready, error_responses
from service.inference.live_models import LiveModels
from service.intake.intake import Intake
from service.wire.schemas import describe_models


def make_health_routes(live: LiveModels, intake: Intake) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz", summary="Check that the process runs")
    async def healthz() -> Health:
        return Health()

    @routes.get(
        "/readyz",
        summary="Check that predictions and contributions are accepted",
        responses=error_responses({503: "Not ready, and why"}),
    )
    async def readyz() -> Ready:
        served = live.current
        if not served.predictors:
            raise HttpError(503, "no_model", served.trouble or "no model has been published yet")
        trouble = await asyncio.to_thread(intake.trouble)
        if trouble:
            raise HttpError(503, "no_spool", trouble)
        return Ready(
            models=describe_models(served.cards),
            from_store=served.from_store,
            trouble=served.trouble or ("" if served.from_store else "the store has not answered yet"),
        )

    return routes
