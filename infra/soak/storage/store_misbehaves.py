"""The store fails in every way that a network and a busy server can: nothing is lost, and no prediction waits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.harness.results.rows import Row, Setting
from infra.soak.storage.scenario.contributing import contributing
from infra.soak.storage.scenario.store_servers import Storage

ABOUT = "The store swallows requests, resets, answers 503, is 5 s late, drops its answers; 10 contributions/s"

PER_SECOND = 10
P99_TIMES = 1.5

Fault = Callable[[Storage], AbstractContextManager[None]]


def run(setting: Setting) -> list[Row]:
    each, pause = (0.5, 0.0) if setting.quick else (10.0, 3.0)
    faults = {name: fault for name, fault in FAULTS.items() if not setting.quick or name not in SLOW_FAULTS}
    with contributing(setting, PER_SECOND) as scenario:
        before, during = scenario.wait(each), {}
        for name, fault in faults.items():
            with fault(scenario.storage):
                during[f"it {name}"] = scenario.wait(each)
            time.sleep(pause)
    return [*scenario.rows(), *scenario.latency_rows(setting, before, during, P99_TIMES)]


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
        """Logs nothing."""


FAULTS: dict[str, Fault] = {
    "swallows requests": lambda storage: storage.proxy.toxic("timeout", "upstream", timeout=0),
    "resets before it has the body": lambda storage: storage.proxy.toxic("reset_peer", "upstream", 0.5, timeout=20),
    "cuts off in the body": lambda storage: storage.proxy.toxic("limit_data", "upstream", 0.5, bytes=1500),
    "answers 503": _refusing,
    "is 5 s late": lambda storage: storage.proxy.toxic("latency", "downstream", latency=5000, jitter=500),
    "stores and drops the answer": lambda storage: storage.proxy.toxic("limit_data", "downstream", 0.5, bytes=60),
}
# Each of these costs a quick run the store's time limits; tests/collector/storage tries them without a service.
SLOW_FAULTS = frozenset({"swallows requests", "is 5 s late"})
