"""Cross-origin HTTP requests of allowed origins and of all others."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from collector.ink.raster import draw_strokes, encode_png
from service.settings import Settings
from tests.service.conversation import StartService
from tests.service.fakes import SEVEN, contribution_record
from tests.service.serving import Answer, Service, serving

FRIEND, STRANGER = "https://friend.example:8443", "https://stranger.example"
PICTURE = encode_png(draw_strokes(SEVEN))
CORS_HEADERS = ("access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service"), Settings(allowed_origins=FRIEND)) as service:
        yield service


def preflight(service: Service, path: str, origin: str, method: str, headers: str = "content-type") -> Answer:
    return service.call(
        "OPTIONS",
        path,
        origin=origin,
        access_control_request_method=method,
        access_control_request_headers=headers,
    )


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/predict", "POST", "content-type"),
        ("/contributions", "POST", "content-type"),
        ("/contributions/any", "DELETE", "authorization"),
        ("/model", "GET", "authorization"),
    ],
)
def test_an_allowed_origin_passes_the_preflight(service: Service, path: str, method: str, headers: str) -> None:
    answer = preflight(service, path, FRIEND, method, headers)

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    assert headers in answer.headers["access-control-allow-headers"].split(", ")
    assert "origin" in answer.headers["vary"].lower()
    assert "access-control-allow-credentials" not in answer.headers


def test_an_allowed_origin_reads_predictions_and_contributes(service: Service) -> None:
    predicted = service.call("POST", "/predict", PICTURE, content_type="image/png", origin=FRIEND)
    body = json.dumps(contribution_record()).encode()
    contributed = service.call("POST", "/contributions", body, content_type="application/json", origin=FRIEND)
    overview = service.call("GET", "/model", origin=FRIEND)
    missing = service.call("GET", "/nowhere", origin=FRIEND)

    answers = [predicted, contributed, overview, missing]
    assert [answer.status for answer in answers] == [200, 201, 200, 404]
    assert [answer.headers.get("access-control-allow-origin") for answer in answers] == [FRIEND] * 4
    assert ["origin" in answer.headers["vary"].lower() for answer in answers] == [True] * 4


@pytest.mark.parametrize("origin", [STRANGER, "null", "https://friend.example", "http://friend.example:8443", "é" * 60])
@pytest.mark.parametrize("path", ["/predict", "/contributions", "/nowhere"])
def test_another_origin_gets_no_cors_headers(service: Service, path: str, origin: str) -> None:
    asked = preflight(service, path, origin, "POST")
    read = service.call("GET", "/model", origin=origin)

    assert (asked.status, asked.json["code"]) == (403, "origin_not_allowed")
    assert "MIDSTROKE_ALLOWED_ORIGINS" in asked.json["message"]
    assert read.status == 200
    assert [name for name in CORS_HEADERS if name in asked.headers or name in read.headers] == []


def test_another_origin_can_neither_predict_nor_contribute(service: Service) -> None:
    predicted = service.call("POST", "/predict", PICTURE, content_type="image/png", origin=STRANGER)
    contributed = service.call("POST", "/contributions", b"{}", content_type="application/json", origin=STRANGER)
    deleted = service.call("DELETE", "/contributions/any", origin=STRANGER)

    for answer in (predicted, contributed, deleted):
        assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")
        assert STRANGER in answer.json["message"]
        assert "access-control-allow-origin" not in answer.headers


def test_the_own_page_needs_no_cors(service: Service) -> None:
    own = f"http://127.0.0.1:{service.port}"

    answer = service.call("POST", "/predict", PICTURE, content_type="image/png", origin=own)

    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


def test_a_star_echoes_the_origin_and_is_no_wildcard(start_service: StartService) -> None:
    answer = start_service(allowed_origins="*").call("GET", "/model", origin=STRANGER)

    assert answer.headers["access-control-allow-origin"] == STRANGER


def test_options_without_an_origin_is_no_preflight(service: Service) -> None:
    assert service.call("OPTIONS", "/predict").status == 405


def test_an_internal_error_is_readable_by_an_allowed_origin_alone(start_service: StartService) -> None:
    service = start_service(allowed_origins=FRIEND)
    service.live.current = None  # type: ignore[assignment]

    answers = [service.call("GET", "/model", origin=origin) for origin in (FRIEND, STRANGER)]

    assert [(answer.status, answer.json["code"]) for answer in answers] == [(500, "server_error")] * 2
    assert [answer.headers.get("access-control-allow-origin") for answer in answers] == [FRIEND, None]
    assert [answer.headers["vary"] for answer in answers] == ["Origin"] * 2
