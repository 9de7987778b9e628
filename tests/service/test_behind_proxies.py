"""The example configurations of `infra/proxy/` on real proxies, and the mistakes that proxies commonly make."""

from __future__ import annotations

import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from infra.servers.nginx import CONFIGURATIONS
from service.network.protocols import websocket_protocol
from tests.nginx import nginx, require, running_proxy
from tests.running import free_port
from tests.service.conversation import StartService, ask, ink_frame
from tests.service.serving import WAIT_SECONDS, Service, receive

pytestmark = pytest.mark.slow  # starts proxies and waits for timeouts

READ_TIMEOUT_SECONDS = 60  # nginx's default, which the examples keep
UPGRADE = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"


def example(name: str, service: Service) -> str:
    text = (CONFIGURATIONS / name).read_text()
    assert "127.0.0.1:8000" in text
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")


def site(service: Service, headers: str) -> str:
    proxied = f"proxy_pass http://127.0.0.1:{service.port}; {UPGRADE} {headers}"
    return f"server {{ listen 80; location / {{ {proxied} }} }}"


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def first_message(url: str, origin: str) -> str:
    """The type of the first message, or the reason of the close."""
    with connect(
        url, origin=Origin(origin), subprotocols=[Subprotocol("midstroke.v1")], open_timeout=WAIT_SECONDS
    ) as socket:
        try:
            return str(receive(socket)["type"])
        except ConnectionClosed as closed:
            return str(closed.rcvd)


@pytest.fixture
def caddy(tmp_path: Path, service: Service) -> Iterator[int]:
    program, port = require("caddy"), free_port()
    text = example("Caddyfile", service)
    assert "\n:80 {" in text
    file = tmp_path / "Caddyfile"
    file.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + text.replace("\n:80 {", f"\nhttp://127.0.0.1:{port} {{"))
    command = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
    os.environ.setdefault("XDG_DATA_HOME", str(tmp_path))
    with running_proxy(command, port):
        yield port


def check_prefix(port: int) -> None:
    """Page, HTTP and websocket under /digits/, and /digits without its slash."""
    own = f"http://127.0.0.1:{port}"
    paths = ("/digits", "/digits/", "/digits/js/main.js", "/digits/model", "/digits/openapi.json", "/digits/healthz")
    assert {path: status(f"{own}{path}") for path in paths} == dict.fromkeys(paths, 200)
    assert first_message(f"ws://127.0.0.1:{port}/digits/ws", own) == "welcome"
    assert first_message(f"ws://127.0.0.1:{port}/digits/ws", "http://evil.example").startswith("4403")


def test_the_page_is_served_behind_the_example_for_nginx(service: Service, tmp_path: Path) -> None:
    with nginx(tmp_path / "nginx", example("nginx.conf", service)) as port:
        assert status(f"http://127.0.0.1:{port}/readyz") == 200
        assert first_message(f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}") == "welcome"


def test_the_page_is_served_behind_the_example_for_nginx_with_a_prefix(service: Service, tmp_path: Path) -> None:
    with nginx(tmp_path / "nginx", example("nginx_prefix.conf", service)) as port:
        check_prefix(port)


def test_the_page_is_served_behind_nginx_that_keeps_the_prefix(start_service: StartService, tmp_path: Path) -> None:
    service = start_service(root_path="/digits")
    text = example("nginx_prefix.conf", service).replace(f"127.0.0.1:{service.port}/;", f"127.0.0.1:{service.port};")

    with nginx(tmp_path / "nginx", text.replace("location /digits/", "location /digits")) as port:
        check_prefix(port)


def test_the_page_is_served_behind_the_example_for_caddy(caddy: int) -> None:
    check_prefix(caddy)
    assert status(f"http://127.0.0.1:{caddy}/readyz") == 200


def test_caddy_takes_the_example_for_replicas() -> None:
    command = [
        require("caddy"),
        "validate",
        "--config",
        str(CONFIGURATIONS / "Caddyfile_replicas"),
        "--adapter",
        "caddyfile",
    ]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (result.returncode, "Valid configuration" in result.stdout + result.stderr) == (0, True), result.stderr


@pytest.mark.parametrize(
    "headers",
    [
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-Host $host;",
        "proxy_set_header X-Forwarded-Host $http_host;",
    ],
)
def test_a_proxy_may_drop_the_port_or_pass_the_host_as_forwarded(
    service: Service, tmp_path: Path, headers: str
) -> None:
    with nginx(tmp_path / "nginx", site(service, headers)) as port:
        assert first_message(f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}") == "welcome"
        assert first_message(f"ws://127.0.0.1:{port}/ws", "http://evil.example").startswith("4403")


def test_without_any_host_the_refusal_names_the_setting_which_helps(
    start_service: Callable[..., Service], tmp_path: Path
) -> None:
    origin = "http://draw.example"
    service = start_service()

    with nginx(tmp_path / "nginx", site(service, "")) as port:
        refused = first_message(f"ws://127.0.0.1:{port}/ws", origin)

    assert f"origin {origin} is not allowed; MIDSTROKE_ALLOWED_ORIGINS adds origins" in refused


def test_the_setting_lets_in_a_page_whose_host_the_proxy_drops(start_service: StartService, tmp_path: Path) -> None:
    service = start_service(allowed_origins="http://draw.example")

    with nginx(tmp_path / "nginx", site(service, "")) as port:
        assert first_message(f"ws://127.0.0.1:{port}/ws", "http://draw.example") == "welcome"


def test_an_idle_websocket_outlives_the_proxys_timeout(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both times are shortened alike: 60 s to 2 s, and the service's pings to match.
    scale = 2 / READ_TIMEOUT_SECONDS
    monkeypatch.setattr(websocket_protocol, "KEEPALIVE_SECONDS", websocket_protocol.KEEPALIVE_SECONDS * scale)
    text = example("nginx_prefix.conf", service)
    assert f"proxy_read_timeout {READ_TIMEOUT_SECONDS}s;" in text

    with nginx(tmp_path / "nginx", text.replace(f"{READ_TIMEOUT_SECONDS}s;", "2s;")) as port:
        with connect(f"ws://127.0.0.1:{port}/digits/ws", ping_interval=None, open_timeout=WAIT_SECONDS) as socket:
            receive(socket)
            sleep(3 * scale * READ_TIMEOUT_SECONDS)

            assert ask(socket, ink_frame())["type"] == "prediction"
