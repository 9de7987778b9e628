"""Traces by OpenTelemetry, of the extra `otel`. Until `start_tracing`, nothing is loaded and a span does nothing.

Spans carry ids of sets, families and versions, counts and outcomes: never ink, a token, a contributor or a text of a
client, nor the message of an exception, which may quote one. What becomes of a contribution in several processes is one
trace, whose id is a hash of the drawing's.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from random import random
from typing import Any, Protocol

Attribute = str | int | float | bool

EXPORT_SECONDS = 5  # for one batch
STOP_SECONDS = 1.0  # for what is left when a process ends
LINE_SECONDS = 60.0  # between two lines about a collector that is away
PATH = "/v1/traces"  # of OTLP over HTTP

log = logging.getLogger(__name__)


class NoOpenTelemetry(RuntimeError):
    """The libraries of the extra `otel` are not installed."""


class Span(Protocol):
    """Attributes that a traced block may add to its span."""

    def set(self, **attributes: Attribute) -> None: ...


class _Nothing:
    def set(self, **attributes: Attribute) -> None:
        """Drops them."""


_NOTHING = nullcontext(_Nothing())


class Tracing:
    """Makes spans with the tracer of an OpenTelemetry SDK."""

    def __init__(self, provider: Any, percent: float) -> None:
        """`percent` of the snapshots are traced; all of everything else."""
        self._provider = provider
        self._tracer = provider.get_tracer("midstroke")
        self._share = percent / 100

    def samples(self) -> bool:
        return random() < self._share  # noqa: S311 - a sample, no secret

    @contextmanager
    def span(self, name: str, drawing: str | None, attributes: dict[str, Attribute]) -> Iterator[Span]:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415

        named = {f"midstroke.{key}": value for key, value in attributes.items()}
        with self._tracer.start_as_current_span(
            name,
            context=None if drawing is None else _context_of(drawing),
            attributes=named,
            record_exception=False,
            set_status_on_exception=False,
        ) as started:
            try:
                yield _Started(started)
            except BaseException as error:
                started.set_attribute("error.type", type(error).__name__)
                started.set_status(StatusCode.ERROR)
                raise

    def stop(self) -> None:
        """Sends what is left, for STOP_SECONDS at most: a collector that is away delays no end."""
        ending = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)


class _Started:
    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, **attributes: Attribute) -> None:
        for key, value in attributes.items():
            self._span.set_attribute(f"midstroke.{key}", value)


class _NowAndThen(logging.Filter):
    """Lets one line a minute pass: an exporter says every few seconds that its collector is away."""

    def __init__(self) -> None:
        super().__init__()
        self._due = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created < self._due:
            return False
        self._due = record.created + LINE_SECONDS
        return True


# One of a process, as its log is: what is traced should not depend on who calls it.
_current: Tracing | None = None


def samples_snapshot() -> bool:
    """True if this snapshot is traced; false while tracing is off."""
    return _current is not None and _current.samples()


def span(name: str, drawing: str | None = None, **attributes: Attribute) -> AbstractContextManager[Span]:
    """A span around the block. `drawing` puts it into the trace of that drawing's contribution."""
    return _NOTHING if _current is None else _current.span(name, drawing, attributes)


def start_tracing(address: str, percent: float, process: str) -> None:
    """Sends traces to an OpenTelemetry collector from now on; without an address it does nothing.

    Args:
        address: of OTLP over HTTP, such as `http://127.0.0.1:4318`.
        percent: of the snapshots that are traced.
        process: what this process is, for the `service.name`: `midstroke-<process>`.

    Raises:
        NoOpenTelemetry: the extra is not installed.
    """
    if not address:
        return
    check_tracing(address)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": f"midstroke-{process}", "service.version": _version()})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=address.rstrip("/") + PATH, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    logging.getLogger(OTLPSpanExporter.__module__).addFilter(_NowAndThen())
    use_tracing(Tracing(provider, percent))
    log.info("traces go to %s", address)


def check_tracing(address: str) -> None:
    """Returns if traces can be made, or are turned off.

    Raises:
        NoOpenTelemetry: the extra is not installed.
    """
    if not address:
        return
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: PLC0415
        import opentelemetry.sdk.trace  # noqa: F401, PLC0415
    except ImportError as error:
        raise NoOpenTelemetry(
            "MIDSTROKE_TRACE_ADDRESS is set, and traces need OpenTelemetry: install midstroke[otel], or unset it"
        ) from error


def use_tracing(tracing: Tracing | None) -> None:
    """Makes spans with this from now on; None turns tracing off."""
    global _current  # noqa: PLW0603 - see there
    _current = tracing


def stop_tracing() -> None:
    """Sends what is left and turns tracing off."""
    if _current is not None:
        _current.stop()
        use_tracing(None)


def _context_of(drawing: str) -> Any:
    """The trace of a drawing's contribution, the same in every process. A hash, as ids of deleted drawings live on."""
    from opentelemetry.trace import (  # noqa: PLC0415
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    digest = hashlib.sha256(f"midstroke trace/1:{drawing}".encode()).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(parent))


def _version() -> str:
    try:
        return version("midstroke")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
