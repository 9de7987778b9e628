"""Stored verdicts of the label filter: the filtered drawings, and whether their contributors confirmed them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from collector.contribution.layout import VERDICTS, drawing_key, tombstone_key, verdict_key
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.verdict import BadVerdict, Filtered, parse_verdict
from tests.training.contributing import contribute_all
from tests.training.trainers import status, trainer_of
from training.data.generated.reference import reference_drawings
from training.families.recipes import Family
from training.learning.state.verdicts import Verdicts
from training.models.shipped import FIRST_MODELS

pytestmark = pytest.mark.slow  # trains models

RIGHT = reference_drawings("replay")[::7]
WRONG = [replace(drawing, label=(drawing.label + 1) % 10) for drawing in RIGHT]


@pytest.fixture
def shipped() -> MemoryStore:
    """The shipped models of one family, whose best one is the filter's."""
    release, folder = MemoryStore(), FolderStore(FIRST_MODELS)
    for key in folder.keys("models/path/"):
        release.put(key, folder.get(key))
    return release


def stored(store: MemoryStore) -> dict[str, Filtered]:
    found = [parse_verdict(store.get(key)) for key in store.keys(VERDICTS)]
    return {verdict.drawing: verdict for verdict in found}


def confirm(store: MemoryStore, drawing: str) -> None:
    key = drawing_key(drawing)
    store.put(key, json.dumps(json.loads(store.get(key)) | {"confirmed": True}).encode())


def test_filtered_drawings_have_a_verdict_and_others_none(
    store: MemoryStore, family: Family, shipped: MemoryStore
) -> None:
    contribute_all(store, RIGHT[:2])
    ids = contribute_all(store, WRONG[2:4])
    validation = contribute_all(store, WRONG[4:5], use="validation")
    confirm(store, ids[1])

    outcomes = trainer_of(store, family, retrain_after=3, shipped=shipped).poll()

    assert outcomes == []  # a confirmed drawing that is filtered starts no training either
    assert stored(store) == {
        ids[0]: Filtered(ids[0], confirmed=False),
        ids[1]: Filtered(ids[1], confirmed=True),
        validation[0]: Filtered(validation[0], confirmed=False),
    }
    reported = status(store)
    assert (reported.new_drawings, reported.filtered, reported.new_validation) == (2, 2, 1)


def test_a_verdict_is_stored_once(store: MemoryStore, family: Family, shipped: MemoryStore) -> None:
    contribute_all(store, WRONG[:1])
    trainer = trainer_of(store, family, shipped=shipped)
    trainer.poll()
    (key,) = store.keys(VERDICTS)
    store.delete(key)

    trainer.poll()

    assert list(store.keys(VERDICTS)) == []


def test_a_drawing_deleted_meanwhile_keeps_no_verdict() -> None:
    store = MemoryStore()
    kept, deleted, gone = contribute_all(store, RIGHT[:3])
    store.put(tombstone_key(deleted), b"")
    store.delete(drawing_key(gone))

    Verdicts(store).store_filtered([kept, deleted, gone])

    assert list(store.keys(VERDICTS)) == [verdict_key(kept)]


def test_drawings_over_a_contributors_limit_are_counted(store: MemoryStore, family: Family) -> None:
    contribute_all(store, [RIGHT[0]] * 102)

    trainer_of(store, family, retrain_after=1000).poll()

    assert (status(store).new_drawings, status(store).over_limit) == (100, 2)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'{"format": 2, "verdict": "filtered"}', b'{"format": 1, "verdict": "fine"}', b"[" * 99_999],
)
def test_other_bytes_are_not_a_verdict(body: bytes) -> None:
    with pytest.raises(BadVerdict):
        parse_verdict(body)
