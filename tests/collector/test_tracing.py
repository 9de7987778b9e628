"""Traces: what spans say, what they never say, and what happens without the libraries."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from collector import tracing
from collector.tracing import NoOpenTelemetry, Tracing, check_tracing, samples_snapshot, span, use_tracing

DRAWING = "12340000-0000-4000-8000-000000000001"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    use_tracing(Tracing(provider, 100))
    yield exporter
    use_tracing(None)


def test_while_off_a_span_is_nothing_and_no_snapshot_is_sampled() -> None:
    assert not samples_snapshot()
    assert span("one", set="digits") is span("two", DRAWING)
    with span("one") as traced:
        traced.set(outcome="accepted")


def test_spans_nest_and_carry_attributes(spans: InMemorySpanExporter) -> None:
    with span("contribution", DRAWING, set="digits") as traced:
        with span("spool"):
            pass
        traced.set(outcome="accepted")

    inner, outer = spans.get_finished_spans()
    assert (inner.name, outer.name) == ("spool", "contribution")
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert dict(outer.attributes or {}) == {"midstroke.set": "digits", "midstroke.outcome": "accepted"}


def test_a_drawings_spans_of_several_processes_are_one_trace_that_does_not_name_it(
    spans: InMemorySpanExporter,
) -> None:
    with span("contribution", DRAWING):
        pass
    with span("upload", DRAWING):
        pass
    with span("upload", DRAWING.replace("1", "2")):
        pass

    first, second, other = (each.context.trace_id for each in spans.get_finished_spans())
    assert first == second != other
    assert DRAWING.replace("-", "") not in f"{first:032x}"
    assert DRAWING not in "".join(each.to_json() for each in spans.get_finished_spans())


def test_a_failure_is_named_without_its_words(spans: InMemorySpanExporter) -> None:
    def fail() -> None:
        with span("upload", DRAWING):
            raise ValueError("a-browsers-random-token")

    with pytest.raises(ValueError, match="token"):
        fail()

    (ended,) = spans.get_finished_spans()
    assert dict(ended.attributes or {}) == {"error.type": "ValueError"}
    assert not ended.status.is_ok
    assert "a-browsers-random-token" not in ended.to_json()


def test_spans_hold_over_a_wait(spans: InMemorySpanExporter) -> None:
    async def wait(name: str) -> None:
        with span(name), span(f"{name} inside"):
            await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(wait("one"), wait("two"))

    asyncio.run(both())

    by_name = {each.name: each for each in spans.get_finished_spans()}
    for name in ("one", "two"):
        parent = by_name[f"{name} inside"].parent
        assert parent is not None
        assert parent.span_id == by_name[name].context.span_id


@pytest.mark.parametrize(("percent", "sampled"), [(0, False), (100, True)])
def test_a_share_of_the_snapshots_is_traced(percent: float, sampled: bool) -> None:
    use_tracing(Tracing(TracerProvider(shutdown_on_exit=False), percent))
    try:
        assert samples_snapshot() is sampled
    finally:
        use_tracing(None)


def test_without_the_libraries_the_setting_is_refused_and_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(NoOpenTelemetry, match=r"install midstroke\[otel\]"):
        check_tracing("http://127.0.0.1:4318")
    check_tracing("")


def test_nothing_is_loaded_while_off() -> None:
    tracing.start_tracing("", 1, "service")

    assert tracing._current is None


def test_a_collector_that_is_away_is_logged_now_and_then() -> None:
    quiet = tracing._NowAndThen()
    records = [logging.makeLogRecord({"created": 1000.0 + second}) for second in (0, 3, 59, 61, 62)]

    assert [quiet.filter(record) for record in records] == [True, False, False, True, False]
