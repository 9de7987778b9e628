"""`kill -9` right after an acknowledged deletion: the drawing stays deleted after a restart."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from collector.contribution.layout import drawing_key, tombstone_key
from collector.storage.folder_store import FolderStore
from tests.running import UNREACHABLE_STORE, RunningService, running_service, start_service, wait_until_ready
from tests.service.fakes import contribution_record

pytestmark = pytest.mark.slow  # kills the service

WAIT_SECONDS = 30.0  # a bound for a busy machine, not a promise


def call(service: RunningService, method: str, path: str, body: Any = None, receipt: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {receipt}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{service.url}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def wait_for_key(store: FolderStore, key: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while key not in list(store.keys(key)):
        assert time.monotonic() < deadline, f"no {key}"
        time.sleep(0.02)


def wait_until_only(store: FolderStore, drawing: str, key: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (there := [key for key in list(store.keys()) if drawing in key]) != [key]:
        assert time.monotonic() < deadline, there
        time.sleep(0.02)


@pytest.mark.parametrize("uploaded", [False, True], ids=["while it waited for upload", "after its upload"])
def test_a_deleted_drawing_stays_deleted(tmp_path: Path, uploaded: bool) -> None:
    store, deleted, kept = FolderStore(tmp_path / "var" / "store"), contribution_record(), contribution_record()
    first = start_service(tmp_path / "var", env={} if uploaded else UNREACHABLE_STORE)
    wait_until_ready(first)
    receipt = call(first, "POST", "/contributions", deleted)[1]["receipt"]
    kept_receipt = call(first, "POST", "/contributions", kept)[1]["receipt"]
    if uploaded:
        wait_for_key(store, drawing_key(deleted["id"]))

    status, _ = call(first, "DELETE", f"/contributions/{deleted['id']}", receipt=receipt)
    first.kill()

    assert status == 200
    with running_service(tmp_path / "var") as second:
        wait_until_only(store, deleted["id"], tombstone_key(deleted["id"]))
        wait_for_key(store, drawing_key(kept["id"]))
        assert call(second, "GET", f"/contributions/{deleted['id']}", receipt=receipt)[0] == 410
        assert call(second, "POST", "/contributions", deleted)[0] == 410
        assert call(second, "DELETE", f"/contributions/{deleted['id']}", receipt=receipt)[0] == 200
        assert call(second, "GET", f"/contributions/{kept['id']}", receipt=kept_receipt)[0] == 200
        wait_until_only(store, deleted["id"], tombstone_key(deleted["id"]))
