"""`GET /healthz` and `GET /readyz`, for supervisors and load balancers."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter

from service.http.errors import HttpError
from service.http.schemas import Health, Ready, error_responses
from service.inference.live_models import ServedSource
from service.intake.intake import Intake
from service.intake.storage_pool import StorageBusy
from service.wire.schemas import describe_models

SPOOL_SECONDS = 2.0  # for the spool to answer


def make_health_routes(live: ServedSource, intake: Intake) -> APIRouter:
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
        try:
            async with asyncio.timeout(SPOOL_SECONDS):
                unusable, trouble = await intake.pool.run(lambda: (intake.unusable(), intake.trouble()))
        except (TimeoutError, StorageBusy):  # one slow disk must not take all replicas out of service
            unusable, trouble = "", f"the disk has not answered within {SPOOL_SECONDS:g} s"
        if unusable:
            raise HttpError(503, "no_spool", unusable)
        of_models = served.trouble or ("" if served.from_store else "the store has not answered yet")
        return Ready(
            models=describe_models(served.cards),
            from_store=served.from_store,
            trouble="; ".join(text for text in (of_models, trouble) if text),
        )

    return routes
