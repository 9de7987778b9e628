"""A contributor who gives a drawing over HTTP and uses its receipt."""

from __future__ import annotations

import json
from typing import Any

from collector.upload.uploader import Uploader
from tests.service.serving import Answer, Service


def give(service: Service, record: dict[str, Any]) -> Answer:
    return service.call("POST", "/contributions", json.dumps(record).encode(), content_type="application/json")


def by_receipt(service: Service, method: str, drawing: str, receipt: str, rest: str = "") -> Answer:
    return service.call(method, f"/contributions/{drawing}{rest}", authorization=f"Bearer {receipt}")


def upload(service: Service) -> None:
    Uploader(service.spool, service.store).drain()


def objects_of(service: Service, record: dict[str, Any]) -> list[str]:
    every = service.store.keys()
    return [key for key in every if record["id"] in key]
