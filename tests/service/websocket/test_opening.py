"""Accepted and refused handshakes, and the welcome, on a real server with the shipped models."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed

from collector.contribution.consent import CONSENT_VERSION
from tests.service.conversation import StartService, close_code, greet
from tests.service.serving import Service, receive

pytestmark = pytest.mark.unchanged_service


def test_the_server_welcomes_with_models_limits_consent_and_counts(service: Service) -> None:
    with service.connect() as socket:
        welcome = receive(socket)

        assert socket.subprotocol == "midstroke.v1"
    assert (welcome["type"], welcome["protocol"], welcome["families"]) == ("welcome", "midstroke.v1", [])
    assert [model["best"] for model in welcome["models"]][:1] == [True]
    assert {"family", "model", "encoding", "contract", "drawings", "metrics"} <= welcome["models"][0].keys()
    assert welcome["limits"]["message_bytes"] == 1048576
    assert welcome["consent"]["licence"] == "CC BY 4.0"
    assert welcome["contributions"] == {"total": 0, "yours": 0, "by_label": [0] * 10, "trouble": ""}
    assert welcome["trainer"] is None


@pytest.mark.parametrize(
    ("language", "words", "version"),
    [("fr", "Chaque chiffre", "/fr"), ("en", "Each digit", ""), ("tlh", "Each digit", "")],
)
def test_the_terms_are_welcomed_in_the_language_of_the_hello(
    service: Service, language: str, words: str, version: str
) -> None:
    with service.connect() as socket:
        consent = greet(socket, language=language)["consent"]

    assert consent["text"].startswith(words)
    assert consent["version"] == CONSENT_VERSION + version
    assert consent["language"] in consent["languages"]


def test_a_client_without_a_subprotocol_is_served_too(service: Service) -> None:
    with service.connect(subprotocols=None) as socket:
        assert receive(socket)["type"] == "welcome"


def test_a_client_of_another_protocol_is_refused(service: Service) -> None:
    with service.connect(subprotocols=["chat"]) as socket:
        assert close_code(socket) == 4400


def test_a_page_of_another_origin_is_refused(service: Service) -> None:
    with service.connect(origin="https://evil.example") as socket:
        assert close_code(socket) == 4403


def test_the_services_own_page_is_accepted(service: Service) -> None:
    with service.connect(origin=f"http://127.0.0.1:{service.port}") as socket:
        assert receive(socket)["type"] == "welcome"


def test_a_client_without_an_origin_is_refused_if_the_setting_says_so(start_service: StartService) -> None:
    with start_service(allow_no_origin=False).connect() as socket:
        assert close_code(socket) == 4403


def test_one_socket_too_many_is_closed_with_4503(start_service: StartService) -> None:
    service = start_service(max_sockets=1)

    with service.connect() as first, service.connect() as second:
        assert close_code(second) == 4503
        assert receive(first)["type"] == "welcome"


def test_a_closed_socket_makes_room_for_another(start_service: StartService) -> None:
    service = start_service(max_sockets=1)
    with service.connect() as first:
        receive(first)

    # The server notices the close on its own time.
    for _ in range(100):
        with service.connect() as second:
            try:
                assert receive(second)["type"] == "welcome"
                return
            except ConnectionClosed:
                continue
    pytest.fail("the place was never free again")
