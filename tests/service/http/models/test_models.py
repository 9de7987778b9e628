from __future__ import annotations

import pytest

from infra.harness.champions import shipped_artifact
from service.http.schemas import Overview
from tests.service.conversation import StartService
from tests.service.serving import Service

pytestmark = pytest.mark.unchanged_service


def test_the_overview_has_models_trainer_and_counts(service: Service) -> None:
    overview = Overview.model_validate(service.call("GET", "/model").json)

    assert overview.models[0].best
    assert overview.trainer is None
    assert overview.contributions.total == 0


def test_a_versions_card_and_figures_may_be_cached_for_ever(service: Service) -> None:
    version = shipped_artifact("softmax").card.version
    service.store.put(f"models/softmax/{version}/seen.svg", b"<svg/>")

    card = service.call("GET", f"/models/softmax/{version}/card.json")
    figure = service.call("GET", f"/models/softmax/{version}/seen.svg")

    assert card.json["version"] == version
    assert (figure.body, figure.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert "immutable" in card.headers["cache-control"]
    assert "sandbox" in figure.headers["content-security-policy"]
    assert "unsafe" not in figure.headers["content-security-policy"]


def test_the_files_of_a_shipped_version_are_there_before_the_store_has_them(start_service: StartService) -> None:
    service = start_service()
    version = shipped_artifact("softmax").card.version
    for file in ("card.json", "confusion.svg"):
        service.store.delete(f"models/softmax/{version}/{file}")

    card = service.call("GET", f"/models/softmax/{version}/card.json")
    figure = service.call("GET", f"/models/softmax/{version}/confusion.svg")

    assert card.json["version"] == version
    assert (figure.status, figure.headers["content-type"]) == (200, "image/svg+xml")


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
def test_no_other_file_of_the_store_can_be_read(service: Service, path: str) -> None:
    answer = service.call("GET", path.format(version=shipped_artifact("softmax").card.version))

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_the_page_finds_the_weights_to_predict_with_offline(service: Service) -> None:
    version = shipped_artifact("softmax").card.version

    named = service.call("GET", "/model/offline")
    weights = service.call("GET", f"/models/softmax/{version}/weights.bin")

    assert named.json == {"family": "softmax", "model": version, "bytes": len(weights.body)}
    assert weights.body.startswith(b"MSW1")
    assert weights.headers["content-type"] == "application/octet-stream"
    assert "immutable" in weights.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/models/path/{version}/weights.bin", "/models/softmax/20000101T000000Z-000000/weights.bin"]
)
def test_no_other_version_has_weights_for_browsers(service: Service, path: str) -> None:
    answer = service.call("GET", path.format(version=shipped_artifact("path").card.version))

    assert (answer.status, answer.json["code"]) == (404, "not_found")
