from __future__ import annotations

import pytest

from tests.service.serving import Service

pytestmark = pytest.mark.unchanged_service


@pytest.mark.parametrize("path", ["/", "/model", "/nowhere", "/docs"])
def test_the_content_security_policy_allows_only_what_is_served_here(service: Service, path: str) -> None:
    headers = service.call("GET", path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
