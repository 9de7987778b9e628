"""Privacy: searches everything that a real service wrote, files and logs, for traces of contributors."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from collector.contribution.consent import CONSENT_VERSION, LICENCE
from collector.contribution.contributor import contributor_id, load_or_make_key
from collector.contribution.layout import DRAWINGS, drawing_key
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.stored_drawing import parse_stored_drawing
from tests.running import UNREACHABLE_STORE, RunningService, running_service
from tests.service.fakes import contribution_record

pytestmark = pytest.mark.slow  # starts the service

WAIT_SECONDS = 30.0  # a bound for a busy machine, not a promise
AGENT = "MarkedAgent/77.1 (of nobody)"
TOKEN = "marked-token-of-a-browser-0001"
HERE, FORWARDED = "127.0.0.77", "203.0.113.77"
HEADERS = {"User-Agent": AGENT, "X-Forwarded-For": FORWARDED, "Forwarded": f"for={FORWARDED}", "X-Real-IP": FORWARDED}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    # Nothing that a log level could bring to light may be there.
    with running_service(tmp_path / "var", env={"MIDSTROKE_LOG_LEVEL": "debug"}) as service:
        yield service


def give_over_http(service: RunningService) -> tuple[str, str]:
    record = contribution_record(contributor=TOKEN, consent=CONSENT_VERSION)
    answer = call(service, "POST", "/contributions", json.dumps(record), {"Content-Type": "application/json"})
    return record["id"], json.loads(answer)["receipt"]


def give_over_a_websocket(service: RunningService) -> tuple[str, str]:
    record = contribution_record(contributor=TOKEN, consent=CONSENT_VERSION)
    headers = {name: value for name, value in HEADERS.items() if name != "User-Agent"}
    with connect(
        service.websocket_url, user_agent_header=AGENT, additional_headers=headers, source_address=(HERE, 0)
    ) as socket:
        socket.send(json.dumps({"type": "hello", "contributor": TOKEN}))
        socket.send(json.dumps({"type": "contribution", **record}))
        while (answer := json.loads(socket.recv(WAIT_SECONDS)))["type"] != "accepted":
            pass
    return record["id"], answer["receipt"]


def call(
    service: RunningService, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=WAIT_SECONDS, source_address=(HERE, 0))
    connection.request(method, path, body or None, {**HEADERS, **(headers or {})})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def wait_until_stored(store: FolderStore, count: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while len(list(store.keys(DRAWINGS))) < count:
        assert time.monotonic() < deadline, "not uploaded"
        time.sleep(0.05)


def everything_written(var: Path) -> dict[str, bytes]:
    """Every file's bytes by its path: spool, its log, store, key, the service's own log; and their names."""
    files = {str(path.relative_to(var)): path.read_bytes() for path in var.rglob("*") if path.is_file()}
    return {**files, "names": "\n".join(files).encode()}


def test_addresses_user_agents_and_tokens_are_neither_stored_nor_logged(service: RunningService) -> None:
    given = [give_over_http(service), give_over_a_websocket(service)]
    seen_in_the_spool = everything_written(service.var)
    wait_until_stored(FolderStore(service.var / "store"), 2)
    for drawing, receipt in given:
        call(service, "GET", f"/contributions/{drawing}", headers={"Authorization": f"Bearer {receipt}"})
        call(service, "GET", f"/contributions/{drawing}", headers={"Authorization": "Bearer wrong"})
        call(service, "DELETE", f"/contributions/{drawing}", headers={"Authorization": f"Bearer {receipt}"})
    call(service, "POST", "/contributions", '{"id": "wrong"}', {"Content-Type": "application/json"})

    # What was given is there: the search would find it.
    names = [name for name, body in seen_in_the_spool.items() if given[0][0].encode() in body]
    assert any(name.startswith("spool.sqlite") for name in names)
    for written in (seen_in_the_spool, everything_written(service.var)):
        assert {"spool.sqlite", "service.log"} <= set(written)
        for mark in (AGENT, "MarkedAgent", HERE, FORWARDED, TOKEN, given[0][1], given[1][1]):
            assert [name for name, body in written.items() if mark.encode() in body] == []


def test_a_stored_drawing_has_a_hashed_contributor_consent_and_licence(service: RunningService) -> None:
    drawing, _ = give_over_a_websocket(service)
    store = FolderStore(service.var / "store")
    wait_until_stored(store, 1)

    stored = parse_stored_drawing(store.get(drawing_key(drawing)))

    key = load_or_make_key(service.var / "contributor.key")
    assert stored.contributor == contributor_id(key, TOKEN)
    assert stored.contributor != contributor_id(b"\0" * 32, TOKEN)
    assert (stored.consent, stored.licence) == (CONSENT_VERSION, LICENCE)
    assert (service.var / "contributor.key").stat().st_mode & 0o077 == 0


def test_the_spool_has_consent_and_licence_before_the_upload(tmp_path: Path) -> None:
    with running_service(tmp_path / "var", env=UNREACHABLE_STORE) as service:
        give_over_http(service)

    spool = Spool(tmp_path / "var" / "spool.sqlite")
    (pending,) = spool.uploads.pending(9)
    spool.close()
    stored = parse_stored_drawing(pending.unpack()[0])
    assert (stored.consent, stored.licence) == (CONSENT_VERSION, LICENCE)
