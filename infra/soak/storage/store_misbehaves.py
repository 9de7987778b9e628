"""The store misbehaves in every way that a network and a busy server can: nothing is lost, and no prediction waits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.harness.contributions import contribution_texts
from infra.harness.load import Drawers, drawing_clients
from infra.harness.rows import Row, Setting, at_most, none_of
from infra.harness.service_process import running_service
from infra.soak.storage.sender import sending
from infra.soak.storage.store_servers import Storage, running_storage
from infra.soak.storage.stored import look, rows_of, wait_until_drained

ABOUT = "The store swallows what it is sent, resets, answers 503, is 5 s late, drops its answers; 10 contributions/s"

PER_SECOND = 10
DRAIN_SECONDS = 180.0
P99_TIMES = 1.5

Fault = Callable[[Storage], AbstractContextManager[None]]


def run(setting: Setting) -> list[Row]:
    each, pause = (0.8, 0.3) if setting.quick else (15.0, 5.0)
    var = setting.scratch / "var"
    texts = contribution_texts(setting.seed, setting.drawings)
    with running_storage(setting.scratch / "storage") as storage:
        with running_service(var, env=storage.environment) as service:
            with drawing_clients(service.websocket_url) as drawers:
                with sending(service.websocket_url, texts, PER_SECOND, seed=setting.seed) as sender:
                    spans = {"well": _span(contextlib.nullcontext(), each)}
                    for name, fault in FAULTS.items():
                        spans[name] = _span(fault(storage), each)
                        time.sleep(pause)
                    sender.finish()
                wait_until_drained(var, DRAIN_SECONDS)
        kept = look(storage.store, sender.accepted, sender.sent, setting.seed)
    return [
        *rows_of(kept, len(sender.accepted)),
        none_of(
            "sent and not acknowledged", len(sender.sent) - len(sender.accepted), len(sender.sent), "contributions"
        ),
        *_latencies(setting, drawers, spans),
    ]


def _span(fault: AbstractContextManager[None], seconds: float) -> tuple[float, float]:
    with fault:
        began = time.monotonic()
        time.sleep(seconds)
        return began, time.monotonic()


def _latencies(setting: Setting, drawers: Drawers, spans: dict[str, tuple[float, float]]) -> list[Row]:
    p99 = {name: drawers.p99(*span) for name, span in spans.items()}
    before = p99.pop("well")
    return [
        at_most(setting, f"prediction p99 while it {name}, of {before:.1f} ms", slow / before, P99_TIMES, "x")
        for name, slow in p99.items()
    ]


@contextlib.contextmanager
def _refusing(storage: Storage) -> Iterator[None]:
    """A server that answers 503 to everything, in MinIO's place."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SlowDown)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    storage.proxy.point_at(server.server_port)
    try:
        yield
    finally:
        storage.proxy.point_at(storage.minio.port)
        server.shutdown()
        server.server_close()
        thread.join()


class _SlowDown(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815 - http.server's names

    def log_message(self, *args: object) -> None:
        """Says nothing."""


FAULTS: dict[str, Fault] = {
    "swallows all": lambda storage: storage.proxy.toxic("timeout", "upstream", timeout=0),
    "resets before it has the body": lambda storage: storage.proxy.toxic("reset_peer", "upstream", 0.5, timeout=20),
    "cuts off in the body": lambda storage: storage.proxy.toxic("limit_data", "upstream", 0.5, bytes=1500),
    "answers 503": _refusing,
    "is 5 s late": lambda storage: storage.proxy.toxic("latency", "downstream", latency=5000, jitter=500),
    "does it and drops the answer": lambda storage: storage.proxy.toxic("limit_data", "downstream", 0.5, bytes=60),
}
