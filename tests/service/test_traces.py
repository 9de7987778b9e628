"""A running service's traces: snapshots and contributions, without anything that visitors sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from collector.tracing import Tracing, use_tracing
from collector.upload.uploader import Uploader
from tests.service.conversation import StartService, ask, greet, ink_frame, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.serving import receive


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    use_tracing(Tracing(provider, 100))
    yield exporter
    use_tracing(None)


def test_a_snapshot_and_a_contribution_from_acceptance_to_the_store(
    start_service: StartService, spans: InMemorySpanExporter
) -> None:
    service, record = start_service(), contribution_record()
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        ask(socket, ink_frame())
        say(socket, type="contribution", **record)
        assert receive(socket)["type"] == "accepted"
    Uploader(service.spool, service.store).drain()

    by_name = {each.name: each for each in spans.get_finished_spans()}
    assert set(by_name) == {"snapshot", "contribution", "spool", "upload"}
    assert dict(by_name["snapshot"].attributes or {}) == {
        "midstroke.set": "digits",
        "midstroke.encoding": "ink20/2",
        "midstroke.answers": 1,
    }
    assert dict(by_name["contribution"].attributes or {}) == {
        "midstroke.set": "digits",
        "midstroke.outcome": "accepted",
    }
    traces = {by_name[name].context.trace_id for name in ("contribution", "spool", "upload")}
    assert len(traces) == 1
    text = "".join(each.to_json() for each in by_name.values())
    for secret in (TOKEN, record["id"], record["samples"][0]["png"][:40]):
        assert secret not in text
