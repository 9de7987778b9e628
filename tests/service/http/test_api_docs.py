from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.service.serving import Service


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_docs_show_every_call_and_fetch_nothing_from_elsewhere(service: Service) -> None:
    schema = service.call("GET", "/openapi.json").json

    html = service.call("GET", "/docs").body.decode()
    page = Links(html)

    assert all(path in html for path in schema["paths"])
    assert "script" not in page.tags
    assert [link for link in page.links if not link.startswith("/")] == []
    assert [service.call("GET", link).status for link in page.links] == [200] * len(page.links)


def test_the_docs_know_every_documented_call(service: Service) -> None:
    schema: dict[str, Any] = service.call("GET", "/openapi.json").json

    assert set(schema["paths"]) == {
        "/predict",
        "/contributions",
        "/contributions/{drawing}",
        "/contributions/{drawing}/archive",
        "/model",
        "/models/{family}/{version}/{file}",
        "/baselines",
        "/baselines/{figure}.svg",
        "/healthz",
        "/readyz",
    }
