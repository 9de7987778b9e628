from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from tests.service.serving import Service

pytestmark = pytest.mark.unchanged_service


class Links(HTMLParser):
    """Collects the addresses that a page links to or loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_docs_load_nothing_from_elsewhere_and_only_relative_addresses(service: Service) -> None:
    page = Links(service.call("GET", "/docs").body.decode())

    assert len(page.links) == 3
    assert [link for link in page.links if ":" in link or link.startswith("/")] == []
    assert [service.call("GET", f"/{link}").status for link in page.links] == [200] * 3


def test_the_docs_may_run_their_own_script_and_no_other_inline_script(service: Service) -> None:
    policy = service.call("GET", "/docs").headers["content-security-policy"]

    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy


def test_only_the_packages_assets_can_be_read(service: Service) -> None:
    for path in ("/docs/assets/..%2fcore.py", "/docs/assets/../core.py", "/docs/assets/none.js", "/docs/assets/"):
        assert service.call("GET", path).status == 404


def test_the_description_has_every_call(service: Service) -> None:
    schema: dict[str, Any] = service.call("GET", "/openapi.json").json

    assert set(schema["paths"]) == {
        "/predict",
        "/contributions",
        "/contributions/states",
        "/contributions/{drawing}",
        "/contributions/{drawing}/archive",
        "/model",
        "/sets/{set_id}",
        "/sets",
        "/versions",
        "/withdrawn.txt",
        "/model/offline",
        "/metrics",
        "/models/{family}/{version}/{file}",
        "/baselines",
        "/baselines/{figure}.svg",
        "/healthz",
        "/readyz",
    }
