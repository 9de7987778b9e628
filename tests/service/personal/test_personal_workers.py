"""Personal answers of real processes: several workers, restarts after a kill, and no token anywhere."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from collector.storage.folder_store import FolderStore
from infra.harness.clients.client import call
from tests.running import RunningService, running_service
from tests.service.conversation import ask, frame, greet, say
from tests.service.fakes import contribution_record
from tests.service.personal.conftest import PATH48_PAYLOAD
from tests.service.serving import receive
from training.models.artifact import Artifact
from training.models.registry import Registry

pytestmark = pytest.mark.slow  # starts the service

TOKEN = "marked-token-of-a-browser-0002"
WAIT_SECONDS = 30.0  # a bound for a busy machine, not a promise
PATH48 = 4
SOCKETS = 12  # the kernel gives all of them to one of two workers once in two thousand times


@pytest.fixture
def var(tmp_path: Path, embedding_artifact: Artifact) -> Path:
    """A service's folder whose store has the tiny model as the champion of `path`."""
    registry = Registry(FolderStore(tmp_path / "var" / "store"))
    registry.publish(embedding_artifact, {})
    registry.promote("path", embedding_artifact.card.version, "test")
    return tmp_path / "var"


def used(socket: ClientConnection) -> int:
    socket.send(frame(PATH48, PATH48_PAYLOAD))
    while (answer := receive(socket))["type"] != "prediction":
        pass  # a worker may have polled the store for the first time
    return int(answer["personal"])


def wait_until_all_use(sockets: list[ClientConnection], count: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (came := [used(socket) for socket in sockets]) != [count] * len(sockets):
        assert time.monotonic() < deadline, came
        time.sleep(0.05)


def give(socket: ClientConnection, **changes: Any) -> Any:
    say(socket, type="contribution", **contribution_record(contributor=TOKEN, **changes))
    while (reply := receive(socket))["type"] in ("models", "trainer"):
        pass
    assert reply["type"] == "accepted", reply
    return reply


def delete(service: RunningService, accepted: Any) -> None:
    headers = {"Authorization": f"Bearer {accepted['receipt']}"}
    assert call(service, "DELETE", f"/contributions/{accepted['id']}", headers=headers)[0] == 200


def test_other_workers_follow_what_is_accepted_and_deleted(var: Path) -> None:
    with running_service(var, env={"MIDSTROKE_WORKERS": "2"}) as service, ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(connect(service.websocket_url)) for _ in range(SOCKETS)]
        for socket in sockets:
            greet(socket, contributor=TOKEN)

        accepted = give(sockets[0], label=4)
        at_once = used(sockets[0])
        wait_until_all_use(sockets, 1)
        delete(service, accepted)
        wait_until_all_use(sockets, 0)

    assert at_once == 1


def test_a_killed_service_remembers_what_it_acknowledged(var: Path) -> None:
    with running_service(var) as service:
        with connect(service.websocket_url) as socket:
            greet(socket, contributor=TOKEN)
            give(socket, label=4)
        service.kill()

    with running_service(var) as service, connect(service.websocket_url) as socket:
        greet(socket, contributor=TOKEN)
        wait_until_all_use([socket], 1)


def test_the_token_is_in_no_file_and_no_answer(var: Path) -> None:
    with running_service(var, env={"MIDSTROKE_LOG_LEVEL": "debug"}) as service:
        with connect(service.websocket_url) as socket:
            answers = [greet(socket, contributor=TOKEN), give(socket, label=4), used(socket)]
            answers.append(ask(socket, json.dumps({"type": "hello", "contributor": TOKEN, "personal": "?"})))
            answers.append(ask(socket, json.dumps({"type": "hello", "contributor": f"{TOKEN} "})))
            wait_until_indexed(var)
        http = [call(service, "GET", path)[2] for path in ("/model", "/readyz", "/openapi.json", "/")]

    assert TOKEN not in json.dumps(answers)
    assert not any(TOKEN.encode() in body for body in http)
    written = {str(path): path.read_bytes() for path in var.rglob("*") if path.is_file()}
    assert [path for path, body in written.items() if TOKEN in path or TOKEN.encode() in body] == []


def wait_until_indexed(var: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not list(FolderStore(var / "store").keys("contributors/")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
