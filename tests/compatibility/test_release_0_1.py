"""A service folder and a bucket written by release 0.1 are read by this one. `release_0_1/` is never written anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from collector.contribution.contributor import contributor_id, load_or_make_key, use_of
from collector.contribution.layout import TRAINER_PROGRESS, TRAINER_STATUS
from collector.contribution.receipt import old_receipt_for
from collector.spool.counts import Counts
from collector.spool.deletions import Deletion
from collector.spool.pending_drawing import PendingDrawing
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import ObjectStore
from collector.storage.stored_drawing import parse_stored_drawing
from collector.upload.uploader import Uploader
from service.inference.live_models import LiveModels
from service.intake.intake import Intake
from service.intake.receipts import Receipts
from service.wire.schemas import Accepted, Refused
from tests.collector.contributions import contribution_record
from training.data.contributed import contributed_drawings
from training.learning.state.progress import Progress, parse_progress
from training.models.artifact import check_artifact
from training.models.registry import Registry
from training.models.status import parse_status

WRITTEN = Path(__file__).parent / "release_0_1"
TRAINING_TOKEN, VALIDATION_TOKEN = "browser-of-training", "browser-of-judging-1"


def drawing_id(number: int) -> str:
    """1 and 2 are in a shard, 3 has an arrival, 4 is pending; 5, 6 and 7 are deleted, of which 6 is removed."""
    return f"12340000-0000-4000-8000-{number:012d}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WRITTEN / "service_folder", tmp_path / "var"))


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """The bucket as a folder, and as a store that is none."""
    kept = FolderStore(Path(shutil.copytree(WRITTEN / "bucket", tmp_path / "store")))
    if request.param == "folder":
        return kept
    copied = MemoryStore()
    for key in kept.keys():  # noqa: SIM118 - a store is no dict
        copied.put(key, kept.get(key))
    return copied


def test_the_key_still_gives_the_same_contributors_and_receipts(folder: Path) -> None:
    key = load_or_make_key(folder / "contributor.key")

    stored = parse_stored_drawing((WRITTEN / "bucket" / f"drawings/v1/{drawing_id(2)}.json").read_bytes())
    assert key == bytes.fromhex("42" * 32)
    assert contributor_id(key, VALIDATION_TOKEN) == stored.contributor
    assert old_receipt_for(key, drawing_id(4)) == "7fe5637065c1a7cb2f94db86e68e044cb07534d11a6e97b3f6817bbc3acbc352"


def test_the_spool_is_read_as_it_was_left(folder: Path) -> None:
    spool = Spool(folder / "spool.sqlite")

    (pending,) = spool.uploads.pending(10)
    document, pngs = pending.unpack()
    stored = parse_stored_drawing(document)
    assert (pending.id, stored.id, stored.label, stored.use) == (drawing_id(4), drawing_id(4), 4, "validation")
    assert len(pngs) == len(stored.samples) == 8
    assert {deleted.id for deleted in spool.removals.pending(10)} == {drawing_id(5), drawing_id(7)}
    assert spool.counts(stored.contributor) == Counts(4, 2, (0, 1, 0, 1, 1, 0, 0, 1, 0, 0))
    assert isinstance(spool.find(drawing_id(6)), Deletion)
    assert isinstance(spool.find(drawing_id(4)), PendingDrawing)
    assert spool.uploads.backlog().drawings == 1
    spool.close()


def test_a_drawing_given_before_is_known_and_new_ones_are_accepted(folder: Path) -> None:
    spool = Spool(folder / "spool.sqlite")
    intake = Intake(spool, load_or_make_key(folder / "contributor.key"))

    known = intake.accept(contribution_record(id=drawing_id(2), contributor=VALIDATION_TOKEN))
    deleted = intake.accept(contribution_record(id=drawing_id(6)))
    new = intake.accept(contribution_record(contributor=TRAINING_TOKEN))

    assert isinstance(known, Accepted)
    assert (known.duplicate, known.use) == (True, "judging")
    assert isinstance(deleted, Refused)
    assert deleted.code == "deleted"
    assert isinstance(new, Accepted)
    assert (new.duplicate, new.contributions.yours, new.contributions.total) == (False, 3, 5)
    spool.close()


def test_pending_drawings_go_up_and_deleted_ones_leave_the_bucket(folder: Path, store: ObjectStore) -> None:
    spool = Spool(folder / "spool.sqlite")

    Uploader(spool, store).drain()

    assert {parse_stored_drawing(store.get(key)).label for key in store.keys("drawings/v1/")} == {7, 3, 1, 4}
    assert list(store.keys("samples/v1/5/")) == []
    assert set(store.keys("tombstones/v1/")) == {f"tombstones/v1/{drawing_id(number)}" for number in (5, 6, 7)}
    assert spool.uploads.backlog().drawings == 0
    assert spool.removals.pending(10) == []
    spool.close()


def test_receipts_still_open_their_drawings(folder: Path, store: ObjectStore) -> None:
    spool = Spool(folder / "spool.sqlite")
    key = load_or_make_key(folder / "contributor.key")
    receipts = Receipts(spool, store, key)

    labels = [receipts.read(drawing_id(n), old_receipt_for(key, drawing_id(n))).stored.label for n in (1, 2, 3, 4)]

    assert labels == [7, 3, 1, 4]
    spool.close()


def test_the_trainer_reads_the_shard_and_the_arrivals(folder: Path, store: ObjectStore, tmp_path: Path) -> None:
    spool = Spool(folder / "spool.sqlite")
    Uploader(spool, store).drain()
    spool.close()

    drawings = {drawing.id: drawing for drawing in contributed_drawings(store, tmp_path / "shards", 1)}

    assert {(drawing.label, drawing.use) for drawing in drawings.values()} == {
        (7, "training"),
        (3, "validation"),
        (1, "training"),
        (4, "validation"),
    }
    assert all(drawing.use == use_of(drawing.contributor) for drawing in drawings.values())
    assert all(len(drawing.pictures) == 8 for drawing in drawings.values())


def test_the_trainer_s_notes_are_read(store: ObjectStore) -> None:
    status = parse_status(store.get(TRAINER_STATUS))
    progress = parse_progress(store.get(TRAINER_PROGRESS))

    assert (status.state, status.new_drawings, status.new_validation) == ("waiting", 3, 1)
    assert [outcome.family for outcome in status.outcomes] == ["original"]
    assert progress == {"original": Progress(2, 1)}


def test_the_registry_lists_checks_and_serves_the_published_model(store: ObjectStore) -> None:
    registry = Registry(store)

    champion = registry.champion("original")
    assert champion is not None
    assert registry.versions("original") == [champion.version]
    assert check_artifact(registry.load("original", champion.version))
    live = LiveModels(store, registry, Registry(MemoryStore()))
    live.poll()
    assert live.current.predictors["original"].card.version == champion.version
