"""Two services with folders of their own on one store: one key, and every id its first giver's."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from collector.contribution.contributor import contributor_id
from collector.contribution.layout import CLAIMS, CONTRIBUTOR_KEY, drawing_key, tombstone_key
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.stored_drawing import parse_stored_drawing
from infra.harness.clients.client import call
from tests.collector.contributions import contribution_record
from tests.running import RunningService, running_service, start_service

pytestmark = pytest.mark.slow  # starts services

KEY = "5a" * 32
ANN, BEN = "a-browser-of-ann-01", "a-browser-of-ben-02"
WAIT_SECONDS = 30.0  # a bound for a busy machine, not a promise
RACES = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def replicas(folder: Path) -> Iterator[list[RunningService]]:
    env = {"MIDSTROKE_STORE": str(folder / "store"), "MIDSTROKE_CONTRIBUTOR_KEY": KEY}
    with ExitStack() as running:
        yield [running.enter_context(running_service(folder / name, env=env)) for name in ("a", "b")]


@pytest.fixture(scope="module")
def store(folder: Path) -> FolderStore:
    return FolderStore(folder / "store")


def give(service: RunningService, token: str, **changes: Any) -> Any:
    body = json.dumps(contribution_record(contributor=token, **changes)).encode()
    headers = {"Content-Type": "application/json"}
    return json.loads(call(service, "POST", "/contributions", body, headers)[2])


def give_until_refused(service: RunningService, token: str, drawing: str) -> Any:
    """With a slow store, the drawing is accepted until the uploader finds its tombstone."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (reply := give(service, token, id=drawing))["type"] != "refused":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return reply


def by_receipt(service: RunningService, method: str, drawing: str, receipt: str | None) -> int:
    headers = {"Authorization": f"Bearer {receipt}"}
    return int(call(service, method, f"/contributions/{drawing}", headers=headers)[0])


def wait_for(store: FolderStore, key: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while key not in list(store.keys(key)):
        assert time.monotonic() < deadline, key
        time.sleep(0.02)


def owner(store: FolderStore, drawing: str) -> str:
    return parse_stored_drawing(store.get(drawing_key(drawing))).contributor


def test_a_public_id_sent_to_another_replica_gives_no_access(
    replicas: list[RunningService], store: FolderStore
) -> None:
    given = give(replicas[0], ANN)
    wait_for(store, drawing_key(given["id"]))
    before = store.get(drawing_key(given["id"]))

    again = give(replicas[1], BEN, id=given["id"], label=3)
    tried = by_receipt(replicas[1], "DELETE", given["id"], again["receipt"] or "0" * 64)

    assert (again["duplicate"], again["receipt"], tried) == (True, None, 404)
    assert store.get(drawing_key(given["id"])) == before
    assert by_receipt(replicas[1], "GET", given["id"], given["receipt"]) == 200


def test_a_contribution_sent_again_to_another_replica_is_a_duplicate_with_its_receipt(
    replicas: list[RunningService], store: FolderStore
) -> None:
    given = give(replicas[0], ANN)
    wait_for(store, drawing_key(given["id"]))

    again = give(replicas[1], ANN, id=given["id"])

    assert (again["duplicate"], again["receipt"]) == (True, given["receipt"])


def test_a_drawing_is_deleted_at_any_replica_and_is_refused_at_every_one(
    replicas: list[RunningService], store: FolderStore
) -> None:
    given = give(replicas[0], ANN)

    deleted = by_receipt(replicas[1], "DELETE", given["id"], given["receipt"])
    wait_for(store, tombstone_key(given["id"]))
    deadline = time.monotonic() + WAIT_SECONDS
    while by_receipt(replicas[0], "GET", given["id"], given["receipt"]) != 410:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    again = [give_until_refused(service, ANN, given["id"]) for service in replicas]
    _wait_until_idle(replicas)  # what is deleted is refused at once; its files go one after another

    assert deleted == 200
    assert [each.get("code") for each in again] == ["deleted", "deleted"]
    assert not [key for key in list(store.keys()) if given["id"] in key and key != tombstone_key(given["id"])]


def test_a_drawing_that_was_uploaded_before_its_deletion_elsewhere_is_refused(
    replicas: list[RunningService], store: FolderStore
) -> None:
    given = give(replicas[0], ANN)
    wait_for(store, drawing_key(given["id"]))
    _wait_until_idle(replicas)

    by_receipt(replicas[1], "DELETE", given["id"], given["receipt"])
    wait_for(store, tombstone_key(given["id"]))
    _wait_until_idle(replicas)

    assert give_until_refused(replicas[0], ANN, given["id"])["code"] == "deleted"


def test_of_two_who_send_one_id_at_once_one_has_it(replicas: list[RunningService], store: FolderStore) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(RACES):
            drawing = str(uuid.uuid4())
            sending = [pool.submit(give, *each, id=drawing) for each in zip(replicas, (ANN, BEN), strict=True)]
            answers = [each.result() for each in sending]
            wait_for(store, drawing_key(drawing))
            _wait_until_idle(replicas)
            hashes = [contributor_id(bytes.fromhex(KEY), token) for token in (ANN, BEN)]
            winner = hashes.index(owner(store, drawing))

            tried = [by_receipt(service, "DELETE", drawing, answers[1 - winner]["receipt"]) for service in replicas]
            stays = owner(store, drawing)
            gone = by_receipt(replicas[1 - winner], "DELETE", drawing, answers[winner]["receipt"])

            assert 200 not in tried
            assert (stays, gone) == (hashes[winner], 200)
    _wait_until_idle(replicas)
    assert list(store.keys(CLAIMS)) == []


def _wait_until_idle(replicas: list[RunningService]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while any(_waiting(service) for service in replicas):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _waiting(service: RunningService) -> int:
    spool = Spool(service.var / "spool.sqlite")
    try:
        return spool.uploads.backlog().drawings + len(spool.removals.pending(1))
    finally:
        spool.close()


def test_the_store_holds_the_fingerprint_of_the_key_and_not_the_key(
    replicas: list[RunningService], store: FolderStore, folder: Path
) -> None:
    assert json.loads(store.get(CONTRIBUTOR_KEY)).keys() == {"format", "fingerprint"}
    assert KEY.encode() not in store.get(CONTRIBUTOR_KEY)
    assert not list(folder.glob("*/contributor.key"))


def test_a_replica_with_another_key_does_not_start(replicas: list[RunningService], folder: Path) -> None:
    env = {"MIDSTROKE_STORE": str(folder / "store"), "MIDSTROKE_CONTRIBUTOR_KEY": "6b" * 32}

    service = start_service(folder / "c", env=env)
    code = service.process.wait(WAIT_SECONDS)

    lines = [line for line in service.log.read_text().splitlines() if line.startswith("midstroke:")]
    assert code == 1
    assert len(lines) == 1
    assert "the contributor key of this service has the fingerprint" in lines[0]
    assert "Traceback" not in service.log.read_text()
