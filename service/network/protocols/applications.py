"""Wraps the ASGI application for the connections: its work is paid from their budgets, and clients may leave."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from service.network.limits.budget import Budget
from service.network.limits.metered import charge


def quiet(app: ASGIApp) -> ASGIApp:
    """An application that ends without an error when the client leaves, or the process ends."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(ClientDisconnect, asyncio.CancelledError):
            await app(scope, receive, send)

    return run


def charged(app: ASGIApp, budget: Budget) -> ASGIApp:
    """An application whose work is paid from the connection's budget."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        await charge(budget, app(scope, receive, send))  # type: ignore[arg-type]  # it is a coroutine

    return run
