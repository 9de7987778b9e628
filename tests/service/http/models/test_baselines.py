from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from service.http.schemas import Baseline
from tests.service.conversation import StartService
from tests.service.serving import Service
from training.baselines.record import Record, to_json

RECORDS = (
    Record("SVC, 100 images", "MNIST tutorial", None, 0.68, 0.68, "MNIST, first 100"),
    Record(
        "Softmax regression",
        "blog post",
        2016,
        None,
        None,
        "ours, every stage",
        (0.5, 1.0),
        (0.28, 0.31),
        0.3,
        0.28,
        0.31,
    ),
)


pytestmark = pytest.mark.unchanged_service


@pytest.fixture
def kept(service: Service) -> Service:
    """A service beside which a comparison was written."""
    service.baselines.mkdir(exist_ok=True)
    (service.baselines / "baselines.json").write_text(to_json(RECORDS))
    (service.baselines / "confusion-svc-100.svg").write_text("<svg/>")
    (service.baselines / "notes.txt").write_text("private")
    return service


def test_the_comparison_is_returned_as_it_was_written(kept: Service) -> None:
    answer = kept.call("GET", "/baselines")

    rows = TypeAdapter(list[Baseline]).validate_python(answer.json)
    assert [(row.name, row.claimed, row.at_50) for row in rows] == [
        ("SVC, 100 images", 0.68, None),
        ("Softmax regression", None, 0.28),
    ]
    assert answer.headers["content-type"] == "application/json"


def test_a_comparison_that_the_browser_has_is_not_sent_again(kept: Service) -> None:
    etag = kept.call("GET", "/baselines").headers["etag"]

    again = kept.call("GET", "/baselines", if_none_match=etag)

    assert (again.status, again.body) == (304, b"")


def test_a_figure_is_sandboxed(kept: Service) -> None:
    figure = kept.call("GET", "/baselines/confusion-svc-100.svg")

    assert (figure.body, figure.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert "sandbox" in figure.headers["content-security-policy"]


def test_without_a_comparison_the_error_names_the_command_that_writes_one(start_service: StartService) -> None:
    service = start_service()
    answer = service.call("GET", "/baselines")

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert "midstroke baselines" in answer.json["message"]


@pytest.mark.parametrize(
    "path", ["none.svg", "notes.txt", "baselines.json", "..%2Fspool.sqlite", "..%2Fbaselines%2Fconfusion-svc-100.svg"]
)
def test_no_other_file_of_the_folder_can_be_read(kept: Service, path: str) -> None:
    answer = kept.call("GET", f"/baselines/{path}")

    assert (answer.status, answer.json["code"]) == (404, "not_found")
