"""`GET /docs`: FastAPI's Swagger UI page, whose assets come from the package `fastapi-offline` instead of a CDN."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from service.http.middleware.headers import PAGE_POLICY

ASSETS = "docs/assets"
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def add_api_docs(app: FastAPI) -> None:
    """Adds the page and its assets. Every address on it is relative, so that it works under any path prefix."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{app.title}: HTTP API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url="favicon.svg",
    )
    html = bytes(page.body).decode()
    policy = _allow_inline_scripts(html)

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    app.mount(f"/{ASSETS}", StaticFiles(packages=[("fastapi_offline", "static")]))


def _allow_inline_scripts(html: str) -> str:
    """The page's policy, which also allows the inline scripts of `html`, by their hashes."""
    digests = (hashlib.sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(html))
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return PAGE_POLICY.replace("script-src 'self'", f"script-src 'self' {hashes}")
