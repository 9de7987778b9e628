"""`GET /metrics`: what all workers counted, and the state of spool, models and trainer, in Prometheus' format."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry

from collector.spool.group_commit import SpoolError
from service.http.metrics.service_collector import Limits, ServiceCollector
from service.intake.intake import SpoolState
from service.metrics.metrics import Metrics
from service.network.limits.metered import in_request_thread
from service.sets.scope import SetScope
from service.sets.sets import Sets

SPOOL_SECONDS = 2.0  # for the spool to answer; without it the rest is shown


def make_metrics_routes(metrics: Metrics, sets: Sets, limits: Limits) -> APIRouter:
    routes = APIRouter()
    one_at_a_time = asyncio.Lock()

    async def spool_states(scopes: Sequence[SetScope]) -> Sequence[SpoolState | None]:
        try:
            async with asyncio.timeout(SPOOL_SECONDS):
                # In one thread, one after the other: contributions need the others.
                return await scopes[0].intake.pool.run(lambda: [scope.intake.spool_state() for scope in scopes])
        except (TimeoutError, SpoolError):
            return [None] * len(scopes)

    @routes.get(
        "/metrics",
        summary="Get metrics in Prometheus' text format, of all workers together",
        response_class=Response,
        responses={
            200: {"description": "The metrics", "content": {"text/plain": {}, "application/openmetrics-text": {}}}
        },
    )
    async def get_metrics(request: Request) -> Response:
        async with one_at_a_time:
            scopes = sets.scopes
            served = [scope.live.current for scope in scopes]
            for each in served:
                for card in each.cards:
                    metrics.of_model(card.family, each.symbols.id)
            spools = await spool_states(scopes)
            collector = ServiceCollector(metrics.blocks, served, spools, limits)
            encode, content_type = choose_encoder(request.headers.get("accept", ""))
            registry = CollectorRegistry(auto_describe=False)
            registry.register(collector)
            body = await in_request_thread(encode, registry)
        return Response(body, headers={"Cache-Control": "no-store", "Content-Type": content_type})

    return routes
