"""A toxiproxy of one's own on this machine's loopback, and its calls: what stands between the service and a store."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.harness.service_process import free_port

START_SECONDS = 20.0
NAME = "store"


class ToxiproxyError(RuntimeError):
    """It did not start, or refused a call."""


@dataclass(frozen=True, slots=True)
class Toxiproxy:
    """One proxy; `port` is where the service connects."""

    port: int
    api_port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def point_at(self, upstream_port: int) -> None:
        """Leads new connections there; those that are open are cut."""
        self.call("POST", f"/proxies/{NAME}", {"upstream": f"127.0.0.1:{upstream_port}"})

    def close(self) -> None:
        """Connections are refused from now on, and those that are open are cut."""
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
        ToxiproxyError: it answered with an error.
        OSError: it did not answer.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=10)
        try:
            connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            said = reply.read()
            if reply.status >= 300:
                raise ToxiproxyError(f"{method} {path}: {reply.status} {said[:200]!r}")
        finally:
            connection.close()


@contextlib.contextmanager
def running_toxiproxy(binary: Path, log: Path, upstream_port: int) -> Iterator[Toxiproxy]:
    """A toxiproxy that leads to this port.

    Raises:
        ToxiproxyError: it never answered.
    """
    proxy = Toxiproxy(free_port(), free_port())
    with log.open("ab") as out:
        process = subprocess.Popen(
            [binary, "-host", "127.0.0.1", "-port", str(proxy.api_port)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        _wait_until_up(proxy)
        ends = {"listen": f"127.0.0.1:{proxy.port}", "upstream": f"127.0.0.1:{upstream_port}"}
        proxy.call("POST", "/proxies", {"name": NAME, "enabled": True, **ends})
        yield proxy
    finally:
        process.kill()
        process.wait()


def _wait_until_up(proxy: Toxiproxy) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            proxy.call("GET", "/version")
            return
        time.sleep(0.05)
    raise ToxiproxyError(f"no answer within {START_SECONDS} s")
