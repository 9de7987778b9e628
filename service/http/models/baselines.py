"""`GET /baselines`: the comparison with published baselines, as `midstroke baselines` wrote it."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response

from service.http.errors import HttpError
from service.http.middleware.headers import FIGURE_POLICY
from service.http.pages.pages import Page
from service.http.schemas import Baseline, Responses, error_responses
from training.models.registry import FIGURE_NAME

TABLE = "baselines.json"
MISSING = error_responses({404: "There is none"})
FIGURE: Responses = {200: {"description": "The figure", "content": {"image/svg+xml": {}}}}


def make_baselines_routes(folder: Path) -> APIRouter:
    """The calls for the files in `folder`, which need not exist; changed files are served at once."""
    routes, files = APIRouter(), Page(folder)

    @routes.get(
        "/baselines",
        summary="Get the comparison of Midstroke's models with published baselines",
        response_model=list[Baseline],
        responses=MISSING,
    )
    def baselines(request: Request) -> Response:
        response = files.respond(TABLE, request)
        if response is None:
            raise HttpError(404, "not_found", f"there is no {TABLE}; `midstroke baselines --out FOLDER` writes one")
        return response

    @routes.get(
        "/baselines/{figure}.svg",
        summary="Get one of its figures",
        response_class=Response,
        responses={**FIGURE, **MISSING},
    )
    def baselines_figure(figure: str, request: Request) -> Response:
        name = f"{figure}.svg"
        response = files.respond(name, request) if FIGURE_NAME.fullmatch(name) else None
        if response is None:
            raise HttpError(404, "not_found", f"the baselines have no figure {name!r:.80}")
        response.headers["Content-Security-Policy"] = FIGURE_POLICY
        return response

    return routes
