from __future__ import annotations

import json
from types import MappingProxyType

from collector.ink.raster import draw_strokes, encode_png
from service.http.schemas import Ready
from service.inference.served import Served
from tests.service.fakes import SEVEN, contribution_record
from tests.service.serving import Service

PICTURE = encode_png(draw_strokes(SEVEN))


def test_the_service_is_ready_with_a_model_and_a_spool(service: Service) -> None:
    ready = Ready.model_validate(service.call("GET", "/readyz").json)

    assert (ready.status, ready.from_store, ready.trouble) == ("ready", True, "")


def test_without_a_model_the_service_is_not_ready_and_gives_the_reason(service: Service) -> None:
    service.live.current = Served(MappingProxyType({}), trouble="the store can't be read: no route to host")

    ready = service.call("GET", "/readyz")
    predicted = service.call("POST", "/predict", PICTURE, content_type="image/png")

    assert (ready.status, ready.json["code"]) == (503, "no_model")
    assert "no route to host" in ready.json["message"]
    assert (predicted.status, predicted.json["code"]) == (503, "no_model")
    assert service.call("GET", "/healthz").status == 200


def test_without_a_spool_the_service_is_not_ready_and_gives_the_reason(service: Service) -> None:
    service.spool.close()

    ready = service.call("GET", "/readyz")
    contributed = service.call(
        "POST", "/contributions", json.dumps(contribution_record()).encode(), content_type="application/json"
    )

    assert (ready.status, ready.json["code"]) == (503, "no_spool")
    assert (contributed.status, contributed.json["retry"]) == (503, True)
