from __future__ import annotations

import re

import pytest

from collector.ink.raster import draw_strokes, encode_png
from service.http.schemas import Error
from tests.service.conversation import StartService
from tests.service.fakes import SEVEN
from tests.service.serving import Service

PICTURE = encode_png(draw_strokes(SEVEN))


pytestmark = pytest.mark.unchanged_service


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status", "code"),
    [
        ("/predict", b"GIF89a", "image/png", 422, "bad_snapshot"),
        ("/predict", b"", "image/png", 422, "bad_snapshot"),
        ("/predict", PICTURE, "image/gif", 415, "bad_content_type"),
        ("/predict", bytes(1024 * 1024 + 1), "image/png", 413, "too_large"),
        ("/predict?family=nobody", PICTURE, "image/png", 422, "unknown_family"),
        ("/contributions", b"{", "application/json", 422, "bad_json"),
        ("/contributions", b"{}", "text/plain", 415, "bad_content_type"),
        ("/contributions", bytes(1024 * 1024 + 1), "application/json", 413, "too_large"),
    ],
)
def test_invalid_bodies_get_errors_of_one_schema(
    service: Service, path: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = service.call("POST", path, body, content_type=content_type)

    assert answer.status == status
    assert Error.model_validate(answer.json).code == code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/service/app.py", 404, "not_found"),
        ("GET", "/predict", 404, "not_found"),
        ("DELETE", "/model", 405, "method_not_allowed"),
        ("POST", "/nowhere", 405, "method_not_allowed"),
    ],
)
def test_unknown_calls_get_errors_of_the_same_schema(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    answer = service.call(method, path)

    assert (answer.status, Error.model_validate(answer.json).code) == (status, code)


def test_an_internal_error_shows_no_traceback(start_service: StartService) -> None:
    service = start_service()
    service.live.current = None  # type: ignore[assignment]

    answer = service.call("GET", "/model")

    assert (answer.status, answer.json["code"]) == (500, "server_error")
    assert not re.search("Traceback|File|line", answer.body.decode())
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
