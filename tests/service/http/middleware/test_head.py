from __future__ import annotations

import pytest

from tests.service.serving import Service

pytestmark = pytest.mark.unchanged_service


@pytest.mark.parametrize(
    "path", ["/", "/js/main.js", "/model", "/healthz", "/readyz", "/docs", "/openapi.json", "/nowhere"]
)
def test_head_is_answered_like_get_without_the_body(service: Service, path: str) -> None:
    whole, head = service.call("GET", path), service.call("HEAD", path)

    assert head.status == whole.status
    assert head.headers.keys() == whole.headers.keys()
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert whole.body
    assert head.body == b""
