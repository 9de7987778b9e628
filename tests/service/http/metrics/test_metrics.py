"""`/metrics`, read as Prometheus reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from service.settings import Settings
from tests.service.conversation import StartService, ask, close_code, frame, greet, ink_frame, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.serving import Service, receive, receive_all

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(service: Service) -> Samples:
    answer = service.call("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(answer.body.decode()))
    samples = [sample for family in families for sample in family.samples]
    read = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(read) == len(samples)  # no series occurs twice
    return read


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def predictions(samples: Samples, family: str) -> dict[str, float]:
    return {
        dict(labels)["outcome"]: count
        for (name, labels), count in samples.items()
        if name == "midstroke_predictions_total" and dict(labels)["family"] == family
    }


def test_every_series_is_there_before_the_first_client(service: Service) -> None:
    samples = scrape(service)

    assert predictions(samples, "path") == {"open": 0, "settled": 0, "unsure": 0, "no_ink": 0, "refused": 0}
    for number in range(10):
        labels = {"set": "digits", "family": "softmax", "class": str(number)}
        assert value(samples, "midstroke_predicted_class_total", **labels) == 0
    assert value(samples, "midstroke_confidence_count", set="digits", family="cnn") == 0
    assert value(samples, "midstroke_answer_seconds_count", path="fast") == 0
    assert value(samples, "midstroke_refusals_total", kind="close", code="4503") == 0
    assert value(samples, "midstroke_refusals_total", kind="contribution", code="spool_full") == 0
    assert value(samples, "midstroke_contributions_total", outcome="accepted") == 0
    assert value(samples, "midstroke_sockets") == 0
    assert value(samples, "midstroke_spool_drawings") == 0
    assert value(samples, "midstroke_trainer_state", state="training") == 0
    assert value(samples, "midstroke_trainer_drawings", verdict="filtered") == 0


def test_predictions_are_counted_by_family_and_outcome(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, family="cnn")
        for seq in range(1, 6):
            ask(socket, ink_frame(seq))
        samples = scrape(service)

    assert sum(predictions(samples, "cnn").values()) == 5
    assert sum(predictions(samples, "softmax").values()) == 0
    assert value(samples, "midstroke_confidence_count", set="digits", family="cnn") == 5
    assert 0 < value(samples, "midstroke_model_seconds_sum", set="digits", family="cnn") < 5
    answers = [value(samples, "midstroke_answer_seconds_count", path=path) for path in ("fast", "queued")]
    assert sum(answers) == 5
    assert value(samples, "midstroke_sockets") == 1


def test_a_snapshot_without_ink_and_a_wrong_one_have_outcomes_of_their_own(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, family="original")
        ask(socket, frame(2, bytes(400)))
        say(socket, type="strokes", drawing=1, seq=2, width=500, height=500, strokes=7)
        receive(socket)
        ask(socket, frame(3, b"no picture"))
        samples = scrape(service)

    outcomes = predictions(samples, "original")
    assert (outcomes["no_ink"], outcomes["refused"]) == (1, 1)
    assert value(samples, "midstroke_refusals_total", kind="message", code="bad_snapshot") == 2


def test_a_prediction_by_http_is_counted_too(service: Service) -> None:
    strokes = json.dumps({"strokes": [[[100, 100], [300, 400]]]}).encode()

    answer = service.call("POST", "/predict", strokes, content_type="application/json").json

    assert sum(predictions(scrape(service), answer["family"]).values()) == 1


def test_refused_sockets_are_counted_by_code(start_service: StartService) -> None:
    service = start_service(max_sockets=1)
    with service.connect(), service.connect() as refused:
        assert close_code(refused) == 4503
    with service.connect(origin="https://elsewhere.example") as refused:
        assert close_code(refused) == 4403

    samples = scrape(service)

    assert value(samples, "midstroke_refusals_total", kind="close", code="4503") == 1
    assert value(samples, "midstroke_refusals_total", kind="close", code="4403") == 1
    assert value(samples, "midstroke_sockets_limit") == 1


def test_contributions_and_the_spool_are_shown(service: Service) -> None:
    record = json.dumps(contribution_record()).encode()
    wrong = json.dumps(contribution_record(label=12)).encode()
    for body in (record, record, wrong):
        service.call("POST", "/contributions", body, content_type="application/json")

    samples = scrape(service)

    outcomes = {"accepted": 1, "duplicate": 1, "bad_contribution": 1, "busy": 0}
    for outcome, count in outcomes.items():
        assert value(samples, "midstroke_contributions_total", outcome=outcome) == count
    assert value(samples, "midstroke_spool_drawings") == 1
    assert value(samples, "midstroke_spool_bytes") > 1000
    assert 0 <= value(samples, "midstroke_spool_oldest_seconds") < 60
    assert value(samples, "midstroke_uploads_total") == 0
    assert value(samples, "midstroke_drawings", set="digits", label="7") == 1
    assert value(samples, "midstroke_http_responses_total", status="422") == 1


def test_nothing_that_clients_make_up_becomes_a_series(service: Service) -> None:
    before = set(scrape(service))
    with service.connect() as socket:
        receive(socket)
        for number in range(15):  # of 32 wrong messages the socket is closed
            say(socket, type="hello", family=f"made-up-{number}")
            say(socket, type=f"type-{number}")
        receive_all(socket, 30)
        for number in range(20):
            service.call("GET", f"/made/up/{number}")
        service.call("BREW", "/predict")
        service.call("POST", "/predict?family=made-up", b"{}", content_type="application/json")
        after = set(scrape(service))

    assert after == before
    assert "made" not in str(after)


def test_no_token_and_no_version_is_a_label_of_a_counter(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        ask(socket, ink_frame())
        text = service.call("GET", "/metrics").body.decode()

    version = service.live.current.cards[0].version
    lines = [line for line in text.splitlines() if version in line]
    assert TOKEN not in text
    assert lines
    assert all(line.startswith("midstroke_model_info{") for line in lines)


def test_buckets_are_cumulative_and_end_with_the_count(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)
        for seq in range(1, 4):
            ask(socket, ink_frame(seq))
        text = service.call("GET", "/metrics").body.decode()

    histograms = [family for family in text_string_to_metric_families(text) if family.type == "histogram"]
    assert len(histograms) == 3
    for family in histograms:
        series: dict[Any, list[tuple[float, float]]] = {}
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                labels = dict(sample.labels)
                edge = float(labels.pop("le"))
                series.setdefault(frozenset(labels.items()), []).append((edge, sample.value))
        for buckets in series.values():
            edges, counts = zip(*buckets, strict=True)
            assert list(edges) == sorted(set(edges))
            assert list(counts) == sorted(counts)
        counts_of = {frozenset(s.labels.items()): s.value for s in family.samples if s.name.endswith("_count")}
        assert counts_of == {labels: buckets[-1][1] for labels, buckets in series.items()}


def test_a_client_that_asks_for_openmetrics_gets_it(service: Service) -> None:
    answer = service.call("GET", "/metrics", accept=OPENMETRICS)

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert list(parse_openmetrics(answer.body.decode()))


@pytest.mark.parametrize("accept", ["", "*/*;q=x", "application/openmetrics-text; version=" + "9" * 999, ";;,,=;"])
def test_any_accept_header_gets_metrics(service: Service, accept: str) -> None:
    assert service.call("GET", "/metrics", accept=accept).status == 200


def test_metrics_can_be_turned_off(start_service: StartService) -> None:
    assert start_service(metrics=False).call("GET", "/metrics").status == 404
    assert Settings.model_fields["metrics"].default is True


def test_every_metric_says_what_it_is_and_has_its_unit_in_its_name(service: Service) -> None:
    text = service.call("GET", "/metrics").body.decode()

    names = re.findall(r"^# HELP (\S+) (.+)$", text, re.MULTILINE)
    assert len(names) == len(re.findall(r"^# TYPE ", text, re.MULTILINE)) > 25
    assert all(name.startswith("midstroke_") for name, _ in names)
