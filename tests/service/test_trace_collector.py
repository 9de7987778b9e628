"""Traces as an OpenTelemetry collector gets them: over OTLP, from the processes of a running service."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from websockets.sync.client import connect

from tests.running import running_service
from tests.service.conversation import ask, greet, ink_frame, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.serving import receive

pytestmark = pytest.mark.slow  # starts the service

ARRIVE_SECONDS = 60.0  # a bound for a busy machine, not a promise


class Collector(ThreadingHTTPServer):
    """Takes OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[bytes] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def spans(self) -> dict[tuple[str, str], Span]:
        """By `service.name` and the span's own name."""
        found: dict[tuple[str, str], Span] = {}
        for body in list(self.bodies):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                named = {each.key: each.value.string_value for each in resource.resource.attributes}
                for scope in resource.scope_spans:
                    found |= {(named["service.name"], span.name): span for span in scope.spans}
        return found


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            self.server.bodies.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
        self.send_response(200 if self.path == "/v1/traces" else 404)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: requests are no news."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_a_contribution_is_one_trace_of_two_processes(tmp_path: Path, collector: Collector) -> None:
    env = {
        "MIDSTROKE_TRACE_ADDRESS": collector.address,
        "MIDSTROKE_TRACE_PERCENT": "100",
        "OTEL_BSP_SCHEDULE_DELAY": "200",  # ms
    }
    record = contribution_record()

    with running_service(tmp_path / "var", env=env) as service, connect(service.websocket_url) as socket:
        greet(socket, contributor=TOKEN)
        ask(socket, ink_frame())
        say(socket, type="contribution", **record)
        accepted = receive(socket)
        until = time.monotonic() + ARRIVE_SECONDS
        while ("midstroke-uploader", "upload") not in collector.spans() and time.monotonic() < until:
            time.sleep(0.1)

    assert accepted["type"] == "accepted"
    spans = collector.spans()
    assert ("midstroke-service", "snapshot") in spans
    steps = [("midstroke-service", "contribution"), ("midstroke-service", "spool"), ("midstroke-uploader", "upload")]
    assert len({spans[step].trace_id for step in steps}) == 1
    sent = b"".join(collector.bodies)
    for secret in (TOKEN, accepted["receipt"], record["id"], json.dumps(record["strokes"][0][0])):
        assert secret.encode() not in sent
