"""The `midstroke` command as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from collector.ink.drawing import Drawing, format_drawing
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import pack_ink20, to_ink20
from collector.storage.folder_store import FolderStore
from infra.harness.champions import shipped_artifact
from tests.running import free_port, running_service, start_service, wait_until_ready
from tests.service.fakes import SEVEN, contribution_record
from tests.service.serving import WAIT_SECONDS

pytestmark = pytest.mark.slow  # starts the service


def midstroke(*arguments: str, var: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        env={**os.environ, "MIDSTROKE_VAR": str(var), **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def read_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as reply:
        return json.load(reply)


def test_serve_prints_its_address_when_it_is_ready(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        assert f"Midstroke is at {service.url}\n" in service.log.read_text()


def test_it_serves_a_prediction_and_never_loads_tensorflow(tmp_path: Path) -> None:
    ink = struct.pack("<BBHIII", 1, 1, 0, 1, 1, 0) + pack_ink20(to_ink20(draw_strokes(SEVEN)))
    with running_service(tmp_path) as service:
        with connect(service.websocket_url) as client:
            client.recv(WAIT_SECONDS)
            client.send(ink)
            answer = json.loads(client.recv(WAIT_SECONDS))
        maps = Path(f"/proc/{service.process.pid}/maps")
        mapped = maps.read_text() if maps.exists() else ""

    assert answer["type"] == "prediction"
    assert "/tensorflow/" not in mapped


def test_on_sigterm_sockets_close_with_1012_and_the_exit_code_is_0(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, connect(service.websocket_url) as client:
        client.recv(WAIT_SECONDS)

        service.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            client.recv(WAIT_SECONDS)

        assert client.close_code == 1012
        assert service.process.wait(WAIT_SECONDS) == 0


def test_accepted_contributions_survive_a_kill(tmp_path: Path) -> None:
    record = contribution_record()
    port = free_port()
    # A store that can't be reached keeps the drawing in the spool.
    nowhere = {"MIDSTROKE_STORE": "s3://nowhere", "MIDSTROKE_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        nowhere[variable] = "none"

    with running_service(tmp_path, port, env=nowhere) as service:
        with connect(service.websocket_url) as client:
            client.recv(WAIT_SECONDS)
            client.send(json.dumps({"type": "contribution", **record}))
            accepted = json.loads(client.recv(WAIT_SECONDS))
        service.process.kill()
        service.process.wait()
    with running_service(tmp_path, port):
        counts = read_json(f"http://127.0.0.1:{port}/model")["contributions"]

    assert accepted["type"] == "accepted"
    assert counts["total"] == 1


def test_the_shipped_models_are_served_while_the_store_is_down(tmp_path: Path) -> None:
    nowhere = {"MIDSTROKE_STORE": "s3://nowhere", "MIDSTROKE_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        nowhere[variable] = "none"

    with running_service(tmp_path, env=nowhere) as service:
        ready = read_json(f"{service.url}/readyz")

    assert ready["from_store"] is False
    assert shipped_artifact("softmax").card.version in {model["model"] for model in ready["models"]}


def test_a_port_in_use_ends_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = midstroke("serve", "--port", str(port), var=tmp_path)

    assert ended.returncode == 1
    assert ended.stderr == (
        f"midstroke: port {port} on 127.0.0.1 is in use; "
        "choose another with --port or MIDSTROKE_PORT (make run PORT=18000)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "env", "expected"),
    [
        (["serve", "--port", "70000"], {}, "MIDSTROKE_PORT is 70000"),
        (["serve"], {"MIDSTROKE_PORT": "many"}, "MIDSTROKE_PORT is 'many'"),
        (["serve", "--port", "0", "--host", "nobody.invalid"], {}, "nobody.invalid is not an address"),
        (["serve", "--port", "0"], {"MIDSTROKE_STORE": "gs://bucket"}, "MIDSTROKE_STORE is 'gs://bucket'"),
        (["serve", "--port", "0"], {"MIDSTROKE_VAR": "/dev/null/var"}, "/dev/null/var"),
        (["models", "rollback", "softmax"], {}, "no former champion"),
        (["models", "promote", "softmax", "latest"], {}, "'latest' is not a version's name"),
    ],
)
def test_an_impossible_command_ends_in_one_line(
    tmp_path: Path, arguments: list[str], env: dict[str, str], expected: str
) -> None:
    ended = midstroke(*arguments, var=tmp_path, env=env)

    assert ended.returncode == (2 if expected.startswith("MIDSTROKE_") else 1)
    assert ended.stderr.startswith("midstroke: ")
    assert expected in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_versions_are_listed_with_the_champion_marked(tmp_path: Path) -> None:
    with running_service(tmp_path):
        pass

    listed = midstroke("models", "list", var=tmp_path)

    starred = [line.split()[2] for line in listed.stdout.splitlines() if line.startswith("* softmax")]
    assert starred == [shipped_artifact("softmax").card.version]


def test_imported_drawings_are_in_the_spool_once(tmp_path: Path) -> None:
    lines = [format_drawing(Drawing(f"d{n}", SEVEN, 7, "writer", "file")) for n in range(3)]
    (tmp_path / "drawings.ndjson").write_text("\n".join(lines))

    first = midstroke("import-drawings", str(tmp_path / "drawings.ndjson"), var=tmp_path)
    second = midstroke("import-drawings", str(tmp_path / "drawings.ndjson"), var=tmp_path)

    assert "3 new, 0 already known, 0 skipped" in first.stdout
    assert "0 new, 3 already known, 0 skipped" in second.stdout
    assert "3 wait for upload" in second.stdout


def test_spooled_drawings_are_uploaded_to_the_store(tmp_path: Path) -> None:
    (tmp_path / "drawings.ndjson").write_text(format_drawing(Drawing("d", SEVEN, 7, "writer", "file")))
    midstroke("import-drawings", str(tmp_path / "drawings.ndjson"), var=tmp_path)
    store = FolderStore(tmp_path / "store")

    service = start_service(tmp_path)
    try:
        wait_until_ready(service)
        while not list(store.keys("arrivals/")):
            assert service.process.poll() is None
    finally:
        service.process.terminate()
        service.process.wait(WAIT_SECONDS)

    assert len(list(store.keys("drawings/v1/"))) == 1


def test_every_command_has_a_help_text(tmp_path: Path) -> None:
    output = midstroke("--help", var=tmp_path).stdout

    assert all(command in output for command in ("serve", "train", "evaluate", "models", "import-drawings"))


def test_every_setting_is_listed_with_its_value_and_description(tmp_path: Path) -> None:
    output = midstroke("settings", var=tmp_path).stdout

    assert f"MIDSTROKE_VAR={tmp_path}\n" in output
    assert "MIDSTROKE_RETRAIN_AFTER=20\n    new training drawings" in output
