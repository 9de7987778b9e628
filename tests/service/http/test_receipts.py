"""Receipts over real HTTP, with the drawing on disk and in the store: their holders get access, nobody else."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
import zipfile
from typing import Any

import pytest

from collector.contribution.consent import CONSENTS
from collector.contribution.contributor import contributor_id
from collector.contribution.layout import drawing_key, tombstone_key
from collector.contribution.receipt import receipt_for
from collector.ink.canvas_png import read_canvas
from collector.spool.spool import Spool
from collector.upload.uploader import Uploader
from service.http.schemas import Deleted, Error, StoredContribution
from service.intake.receipts import Receipts
from service.wire.schemas import Accepted, Refused
from tests.service.conversation import say
from tests.service.fakes import TOKEN, DownStore, contribution_record
from tests.service.http.receipts import by_receipt, give, objects_of, upload
from tests.service.serving import KEY, Service, receive


@pytest.fixture(params=["spool", "store"])
def given(request: pytest.FixtureRequest, service: Service) -> tuple[dict[str, Any], str]:
    """A contribution and its receipt, while it waits for upload and after it."""
    record = contribution_record()
    receipt = Accepted.model_validate(give(service, record).json).receipt
    assert receipt is not None
    if request.param == "store":
        upload(service)
        assert service.spool.uploads.pending(1) == []
    return record, receipt


def pixels(pngs: list[str]) -> list[bytes]:
    """PNGs are encoded anew on their way to the store; their pixels stay."""
    return [read_canvas(base64.b64decode(png)).tobytes() for png in pngs]


def test_a_receipt_shows_all_that_is_stored(service: Service, given: tuple[dict[str, Any], str]) -> None:
    record, receipt = given

    answer = by_receipt(service, "GET", record["id"], receipt)

    kept = StoredContribution.model_validate(answer.json)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert (kept.drawing.drawing, kept.drawing.label) == (record["id"], record["label"])
    assert kept.drawing.strokes == record["strokes"]
    assert kept.drawing.contributor == contributor_id(KEY, TOKEN)
    assert (kept.drawing.consent, kept.drawing.licence) == (record["consent"], "CC BY 4.0")
    assert kept.terms == CONSENTS[record["consent"]]
    assert pixels(kept.pngs) == pixels([sample["png"] for sample in record["samples"]])
    assert [sample.sha256 for sample in kept.drawing.samples] == [
        hashlib.sha256(base64.b64decode(png)).hexdigest() for png in kept.pngs
    ]


def test_a_receipt_downloads_the_same_as_one_file(service: Service, given: tuple[dict[str, Any], str]) -> None:
    record, receipt = given
    seen = by_receipt(service, "GET", record["id"], receipt).json

    answer = by_receipt(service, "GET", record["id"], receipt, "/archive")

    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert json.loads(archive.read("drawing.json")) == seen["drawing"]
        assert CONSENTS[record["consent"]] in archive.read("terms.txt").decode()
        assert len([name for name in names if name.endswith(".png")]) == len(record["samples"])
    assert answer.headers["content-type"] == "application/zip"
    assert f"midstroke-7-{record['id'][:8]}.zip" in answer.headers["content-disposition"]


def test_a_deleted_drawing_is_gone_from_disk_and_store(service: Service, given: tuple[dict[str, Any], str]) -> None:
    record, receipt = given

    answer = by_receipt(service, "DELETE", record["id"], receipt)

    assert Deleted.model_validate(answer.json).id == record["id"]
    assert service.spool.uploads.pending(10) == []
    upload(service)
    assert objects_of(service, record) == [tombstone_key(record["id"])]
    seen = by_receipt(service, "GET", record["id"], receipt)
    assert (seen.status, Error.model_validate(seen.json).code) == (410, "deleted")
    assert by_receipt(service, "GET", record["id"], receipt, "/archive").status == 410


def test_deleting_twice_gets_the_first_answer(service: Service, given: tuple[dict[str, Any], str]) -> None:
    record, receipt = given

    first = by_receipt(service, "DELETE", record["id"], receipt)
    upload(service)
    second = by_receipt(service, "DELETE", record["id"], receipt)

    assert (first.status, second.status) == (200, 200)
    assert second.json == first.json


def test_a_deleted_drawing_does_not_come_back(service: Service, given: tuple[dict[str, Any], str]) -> None:
    record, receipt = given
    by_receipt(service, "DELETE", record["id"], receipt)

    answer = give(service, record)
    with service.connect() as socket:
        receive(socket)
        say(socket, type="contribution", **record)
        refused = receive(socket)

    assert answer.status == 410
    assert Refused.model_validate(answer.json).code == refused["code"] == "deleted"
    assert not refused["retry"]
    upload(service)
    assert list(service.store.keys("drawings/")) == []


def test_a_deleted_drawing_is_no_longer_counted(service: Service, given: tuple[dict[str, Any], str]) -> None:
    record, receipt = given
    give(service, contribution_record(label=3))

    by_receipt(service, "DELETE", record["id"], receipt)

    counts = service.call("GET", "/model").json["contributions"]
    assert (counts["total"], counts["by_label"]) == (1, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "/archive"), ("DELETE", "")])
def test_without_its_receipt_a_drawing_is_not_found(service: Service, method: str, rest: str) -> None:
    record, other = contribution_record(), contribution_record()
    receipt = give(service, record).json["receipt"]
    anothers = give(service, other).json["receipt"]

    for shown in (None, "Bearer ", f"Bearer {'0' * 64}", f"Bearer {'ü' * 64}", f"Bearer {anothers}", receipt):
        header = {} if shown is None else {"authorization": shown}  # the last one lacks the scheme
        there = service.call(method, f"/contributions/{record['id']}{rest}", None, **header)
        not_there = service.call(method, f"/contributions/{uuid.uuid4()}{rest}", None, **header)

        assert (there.status, Error.model_validate(there.json).code) == (404, "not_found"), shown
        assert there.json == not_there.json
    assert len(service.spool.uploads.pending(10)) == 2


def test_resending_another_contributors_id_gets_no_receipt(service: Service) -> None:
    record = contribution_record()
    mine = give(service, record).json

    again = give(service, record).json
    others = give(service, {**record, "contributor": "somebody-elses-token"}).json

    assert again["receipt"] == mine["receipt"]
    assert (others["duplicate"], others["receipt"]) == (True, None)


def test_a_contributors_hash_does_not_reveal_a_receipt(service: Service) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]

    # An id has the form of a token, and what is made of a token is public.
    give(service, contribution_record(contributor=record["id"]))

    documents = [pending.unpack()[0].decode() for pending in service.spool.uploads.pending(10)]
    assert len(documents) == 2
    assert not any(receipt[:32] in document for document in documents)


def test_a_page_of_another_origin_may_not_delete(service: Service) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]

    answer = service.call(
        "DELETE",
        f"/contributions/{record['id']}",
        authorization=f"Bearer {receipt}",
        origin="https://evil.example",
    )

    assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")
    assert len(service.spool.uploads.pending(10)) == 1


def test_guessing_receipts_is_slowed_down_and_locks_out_nobody(service: Service) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]

    guesses = [by_receipt(service, "GET", record["id"], f"{n:064x}").status for n in range(100)]

    assert set(guesses) == {404, 429}
    assert by_receipt(service, "GET", record["id"], receipt).status == 200


def test_a_deletion_is_accepted_while_the_store_is_down(service: Service) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]
    upload(service)
    down = DownStore()

    deletion = Receipts(service.spool, down, KEY).delete(record["id"], receipt)
    Uploader(service.spool, down).drain()

    assert deletion.id == record["id"]
    assert [waiting.id for waiting in service.spool.removals.pending(10)] == [record["id"]]
    assert drawing_key(record["id"]) in objects_of(service, record)
    down.store = service.store
    Uploader(service.spool, down).drain()
    assert service.spool.removals.pending(10) == []
    assert objects_of(service, record) == [tombstone_key(record["id"])]


def test_an_unreachable_store_is_an_error_of_its_own(service: Service) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]
    upload(service)
    service.store.put(drawing_key(record["id"]), b"no drawing at all")

    answer = by_receipt(service, "GET", record["id"], receipt)

    assert (answer.status, Error.model_validate(answer.json).code) == (503, "store_unreachable")


def test_a_receipt_stays_valid_without_the_spool_while_the_key_exists(service: Service, tmp_path: Any) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]
    upload(service)
    anew = Spool(tmp_path / "another.sqlite")
    receipts = Receipts(anew, service.store, KEY)

    seen = receipts.read(record["id"], receipt)
    receipts.delete(record["id"], receipt)
    Uploader(anew, service.store).drain()
    anew.close()

    assert seen.stored.id == record["id"]
    assert receipt == receipt_for(KEY, record["id"], seen.stored.contributor)
    assert objects_of(service, record) == [tombstone_key(record["id"])]


def test_a_drawing_whose_pictures_were_retired_is_still_seen_downloaded_and_deleted(service: Service) -> None:
    record = contribution_record()
    receipt = give(service, record).json["receipt"]
    upload(service)
    for key in list(service.store.keys("samples/")):
        service.store.delete(key)

    seen = by_receipt(service, "GET", record["id"], receipt)
    archive = by_receipt(service, "GET", f"{record['id']}/archive", receipt)
    deleted = by_receipt(service, "DELETE", record["id"], receipt)

    assert (seen.status, archive.status, deleted.status) == (200, 200, 200)
    assert seen.json["pngs"] == []
    assert len(seen.json["drawing"]["strokes"]) == len(record["strokes"])
