"""The project's ancestors beside its models: `baselines.json` and figures as `midstroke baselines` wrote them."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response

from service.http.errors import Problem
from service.http.middleware.headers import FIGURE_POLICY
from service.http.pages import Page
from service.http.routes import refuse_body
from service.http.schemas import BaselineForm
from training.models.registry import FIGURE_NAME

TABLE = "baselines.json"


def make_baselines_routes(folder: Path) -> APIRouter:
    """The calls for what lies in `folder`, which need not be there; a table that is written anew is seen at once."""
    routes, files = APIRouter(), Page(folder)
    missing = refuse_body({404: "There is none"})

    @routes.get(
        "/baselines",
        summary="The project's ancestors beside its models, as midstroke baselines wrote it",
        response_model=list[BaselineForm],
        responses=missing,
    )
    def baselines(request: Request) -> Response:
        response = files.respond(TABLE, request)
        if response is None:
            raise Problem(404, "not_found", f"no {TABLE} is kept here; `midstroke baselines --out FOLDER` writes one")
        return response

    @routes.get(
        "/baselines/{figure}.svg",
        summary="One of its figures",
        response_class=Response,
        responses={200: {"description": "The figure", "content": {"image/svg+xml": {}}}, **missing},
    )
    def baselines_figure(figure: str, request: Request) -> Response:
        name = f"{figure}.svg"
        response = files.respond(name, request) if FIGURE_NAME.fullmatch(name) else None
        if response is None:
            raise Problem(404, "not_found", f"the baselines have no figure {name!r:.80}")
        response.headers["Content-Security-Policy"] = FIGURE_POLICY
        return response

    return routes
