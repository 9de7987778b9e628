"""A toxiproxy between the service and a store: it delays, cuts and swallows on request."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.go_tools import built, pinned
from infra.harness.processes import answers, free_port, ready, start

START_SECONDS = 20.0
NAME = "store"


class ToxiproxyError(RuntimeError):
    """It rejected a call."""


def toxiproxy_binary() -> Path | None:
    """Toxiproxy's server at the pinned version, built on first use; None without Go."""
    return built(pinned("toxiproxy"))


@dataclass(frozen=True, slots=True)
class Toxiproxy:
    """One proxy; the service connects to `port`."""

    port: int
    api_port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def point_at(self, upstream_port: int) -> None:
        """Sends new connections there; cuts open ones."""
        self.call("POST", f"/proxies/{NAME}", {"upstream": f"127.0.0.1:{upstream_port}"})

    def close(self) -> None:
        """Refuses new connections; cuts open ones."""
        self.call("POST", f"/proxies/{NAME}", {"enabled": False})

    def open(self) -> None:
        self.call("POST", f"/proxies/{NAME}", {"enabled": True})

    @contextlib.contextmanager
    def toxic(self, kind: str, stream: str, toxicity: float = 1.0, **attributes: int) -> Iterator[None]:
        """One of toxiproxy's toxics; `stream` is upstream (towards the store) or downstream."""
        body = {"name": "now", "type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        self.call("POST", f"/proxies/{NAME}/toxics", body)
        try:
            yield
        finally:
            self.call("DELETE", f"/proxies/{NAME}/toxics/now")

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Raises:
        ToxiproxyError: the answer is an error.
        OSError: there is no answer.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=10)
        try:
            connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            if reply.status >= 300:
                raise ToxiproxyError(f"{method} {path}: {reply.status} {text[:200]!r}")
        finally:
            connection.close()


@contextlib.contextmanager
def running_toxiproxy(binary: Path, log: Path, upstream_port: int) -> Iterator[Toxiproxy]:
    """A toxiproxy that leads to this port.

    Raises:
        ProcessFailed: it never answered.
    """
    proxy = Toxiproxy(free_port(), free_port())
    process = start([binary, "-host", "127.0.0.1", "-port", str(proxy.api_port)], log, new_session=True)
    with ready(process, log, lambda: answers(proxy.api_port, "/version"), START_SECONDS):
        ends = {"listen": f"127.0.0.1:{proxy.port}", "upstream": f"127.0.0.1:{upstream_port}"}
        proxy.call("POST", "/proxies", {"name": NAME, "enabled": True, **ends})
        yield proxy
