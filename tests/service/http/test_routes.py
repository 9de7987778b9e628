from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from collector.ink.raster import draw_strokes, encode_png
from service.http.schemas import ErrorForm, OverviewForm, PredictionForm, ReadyForm, RefusedForm
from service.inference.live_models import Served
from tests.service.fakes import SEVEN, contribution_record
from tests.service.serving import Service
from tests.shipped import shipped_artifact

StartService = Callable[..., Service]

PICTURE = encode_png(draw_strokes(SEVEN))


def test_a_picture_is_read(service: Service) -> None:
    answer = service.call("POST", "/predict", PICTURE, content_type="image/png")

    prediction = PredictionForm.model_validate(answer.json)
    assert answer.status == 200
    assert prediction.digit == prediction.probabilities.index(max(prediction.probabilities))
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-3)


def test_light_ink_on_dark_paper_is_read_alike(service: Service) -> None:
    negative = encode_png((255 - draw_strokes(SEVEN)).astype(np.uint8))

    dark = service.call("POST", "/predict", PICTURE, content_type="image/png")
    light = service.call("POST", "/predict", negative, content_type="image/png")

    assert dark.json == light.json


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
def test_what_can_not_be_taken_is_told_in_one_form(
    service: Service, path: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = service.call("POST", path, body, content_type=content_type)

    assert answer.status == status
    assert ErrorForm.model_validate(answer.json).code == code


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
def test_other_calls_are_told_in_the_same_form(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    answer = service.call(method, path)

    assert (answer.status, ErrorForm.model_validate(answer.json).code) == (status, code)


def test_a_contribution_is_new_once_and_then_a_duplicate(service: Service) -> None:
    body = json.dumps(contribution_record()).encode()

    first = service.call("POST", "/contributions", body, content_type="application/json")
    second = service.call("POST", "/contributions", body, content_type="application/json; charset=utf-8")

    assert (first.status, first.json["type"], first.json["duplicate"]) == (201, "accepted", False)
    assert (second.status, second.json["duplicate"]) == (200, True)


def test_a_wrong_contribution_is_refused_for_good(service: Service) -> None:
    body = json.dumps(contribution_record(label="seven")).encode()

    answer = service.call("POST", "/contributions", body, content_type="application/json")

    refused = RefusedForm.model_validate(answer.json)
    assert (answer.status, refused.code, refused.retry) == (422, "bad_contribution", False)


def test_an_id_of_half_a_character_is_refused_like_any_other(service: Service) -> None:
    answer = service.call("POST", "/contributions", b'{"id": "\\ud800x"}', content_type="application/json")

    assert (answer.status, RefusedForm.model_validate(answer.json).id) == (422, "?x")


def test_another_sites_page_may_not_contribute(service: Service) -> None:
    body = json.dumps(contribution_record()).encode()

    answer = service.call(
        "POST", "/contributions", body, content_type="application/json", origin="https://evil.example"
    )

    assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")
    assert service.spool.pending(1) == []


def test_the_overview_tells_models_trainer_and_counts(service: Service) -> None:
    overview = OverviewForm.model_validate(service.call("GET", "/model").json)

    assert overview.models[0].best
    assert overview.trainer is None
    assert overview.contributions.total == 0


def test_a_versions_card_and_figures_can_be_read_for_ever(service: Service) -> None:
    version = shipped_artifact("softmax").card.version
    service.store.put(f"models/softmax/{version}/seen.svg", b"<svg/>")

    card = service.call("GET", f"/models/softmax/{version}/card.json")
    figure = service.call("GET", f"/models/softmax/{version}/seen.svg")

    assert card.json["version"] == version
    assert (figure.body, figure.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert "immutable" in card.headers["cache-control"]
    assert "sandbox" in figure.headers["content-security-policy"]
    assert "unsafe" not in figure.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/", "/js/main.js", "/model", "/healthz", "/readyz", "/docs", "/openapi.json", "/nowhere"]
)
def test_asked_for_the_head_alone_it_answers_as_to_get_without_the_body(service: Service, path: str) -> None:
    whole, head = service.call("GET", path), service.call("HEAD", path)

    assert head.status == whole.status
    assert head.headers.keys() == whole.headers.keys()
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert whole.body
    assert head.body == b""


@pytest.mark.parametrize(
    "path",
    [
        "/models/softmax/20000101T000000Z-000000/card.json",
        "/models/nobody/20000101T000000Z-000000/card.json",
        "/models/softmax/{version}/model.tflite",
        "/models/softmax/{version}/none.svg",
        "/models/softmax/..%2F..%2Ftrainer/card.json",
    ],
)
def test_nothing_else_of_the_store_can_be_read(service: Service, path: str) -> None:
    answer = service.call("GET", path.format(version=shipped_artifact("softmax").card.version))

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_it_is_ready_with_a_model_and_a_spool(service: Service) -> None:
    ready = ReadyForm.model_validate(service.call("GET", "/readyz").json)

    assert (ready.status, ready.from_store, ready.trouble) == ("ready", True, "")


def test_it_is_not_ready_without_a_model_and_says_why(service: Service) -> None:
    service.live.current = Served(MappingProxyType({}), trouble="the store can't be read: no route to host")

    ready = service.call("GET", "/readyz")
    predicted = service.call("POST", "/predict", PICTURE, content_type="image/png")

    assert (ready.status, ready.json["code"]) == (503, "no_model")
    assert "no route to host" in ready.json["message"]
    assert (predicted.status, predicted.json["code"]) == (503, "no_model")
    assert service.call("GET", "/healthz").status == 200


def test_it_is_not_ready_without_a_spool_and_says_why(service: Service) -> None:
    service.spool.close()

    ready = service.call("GET", "/readyz")
    contributed = service.call(
        "POST", "/contributions", json.dumps(contribution_record()).encode(), content_type="application/json"
    )

    assert (ready.status, ready.json["code"]) == (503, "no_spool")
    assert (contributed.status, contributed.json["retry"]) == (503, True)


@pytest.mark.parametrize("path", ["/", "/model", "/nowhere", "/docs"])
def test_a_browser_is_kept_to_what_is_served_here(service: Service, path: str) -> None:
    headers = service.call("GET", path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


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


def test_an_error_of_the_servers_shows_no_traceback(service: Service) -> None:
    service.live.current = None  # type: ignore[assignment]

    answer = service.call("GET", "/model")

    assert (answer.status, answer.json["code"]) == (500, "server_error")
    assert not re.search("Traceback|File|line", answer.body.decode())
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
