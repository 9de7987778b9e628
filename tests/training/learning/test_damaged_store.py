"""A trainer with damaged objects in its store: everything else trains, and each object is named once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest

from collector.contribution.layout import TRAINER_PROGRESS, TRAINER_STATUS, champion_key, model_key
from collector.storage.memory_store import MemoryStore
from tests.training import damage
from tests.training.contributing import contribute_all
from tests.training.trainers import status, trainer_of, version
from training.data.generated.reference import reference_drawings
from training.families.recipes import Family
from training.models.artifact import Artifact
from training.models.registry import Registry

pytestmark = pytest.mark.slow  # trains models

DRAWINGS = reference_drawings("replay")[::7]
DEEP = b"[" * 100_000


def names(caplog: pytest.LogCaptureFixture) -> list[str]:
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    return [line.split(" is damaged")[0] for line in warnings]


def test_every_kind_of_damaged_drawing_at_once_keeps_no_other_from_training(
    store: MemoryStore, family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    whole = contribute_all(store, DRAWINGS[:3])
    for kind in damage.DRAWINGS.values():
        (drawing,) = contribute_all(store, DRAWINGS[3:4])
        damage.damage_drawing(store, drawing, kind)
    trainer = trainer_of(store, family)

    (outcome,) = trainer.poll()
    again = trainer.poll()

    assert outcome.artifact.card.continued_on is not None
    assert outcome.artifact.card.continued_on.drawings == len(whole)
    assert again == []
    assert len(names(caplog)) == len(set(names(caplog))) == len(damage.DRAWINGS)
    assert status(store).damaged == len(damage.DRAWINGS)


def test_damaged_shards_and_rows_at_once_keep_no_other_from_training(
    store: MemoryStore, family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = trainer_of(store, family, retrain_after=1000)
    keys: list[str] = []
    for _ in range(3):  # of a size each, so that they are not merged
        contribute_all(store, DRAWINGS[: 8 - 3 * len(keys)])
        waiting.poll()
        keys = list(store.keys("shards/v1/"))
    store.put(keys[0], damage.ROWS["label 200"](store.get(keys[0])))
    store.put(keys[1], damage.SHARDS["truncated"](store.get(keys[1])))

    (outcome,) = trainer_of(store, family).poll()

    assert outcome.artifact.card.continued_on is not None
    assert outcome.artifact.card.continued_on.drawings == 7 + 2
    assert len(names(caplog)) == 2
    assert trainer_of(store, family).poll() == []


NOTES = [b"", b"null", b"[]", b"{}", DEEP, b"\xff\xfe", b'{"format": 9}', b'{"format": 2, "families": [1]}',
         b'{"format": 2, "families": {"original": {"mark": 1e999, "trained_on": 1}}}',
         b'{"format": 2, "families": {"original": {"mark": null, "trained_on": 1}}}']  # fmt: skip


@pytest.mark.parametrize("body", NOTES)
def test_damaged_progress_is_restored_from_the_cards(
    store: MemoryStore, family: Family, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    contribute_all(store, DRAWINGS[:3])
    trainer_of(store, family).poll()
    store.put(TRAINER_PROGRESS, body)

    contribute_all(store, DRAWINGS[3:6])
    (outcome,) = trainer_of(store, family).poll()

    card = outcome.artifact.card
    assert card.continued_on is not None
    assert (card.continued_on.first, card.continued_on.drawings, card.continued_on.total) == (4, 3, 6)
    assert names(caplog) == [TRAINER_PROGRESS]
    assert json.loads(store.get(TRAINER_PROGRESS))["families"]["original"] == {"mark": 6, "trained_on": 6}


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", DEEP, b"\xff", b'{"state": "asleep"}', b'{"state": 1e999}']
)
def test_a_damaged_status_is_replaced(store: MemoryStore, family: Family, body: bytes) -> None:
    store.put(TRAINER_STATUS, body)
    contribute_all(store, DRAWINGS[:3])

    assert len(trainer_of(store, family).poll()) == 1
    assert status(store).state in ("published", "refused")


def _torn_card(store: MemoryStore, artifact: Artifact) -> None:
    key = model_key("original", artifact.card.version, "card.json")
    store.put(key, store.get(key)[:200])


def _torn(file: str) -> Callable[[MemoryStore, Artifact], None]:
    def tear(store: MemoryStore, artifact: Artifact) -> None:
        key = model_key("original", artifact.card.version, file)
        store.put(key, store.get(key)[:-10])

    return tear


def _pointer(body: bytes) -> Callable[[MemoryStore, Artifact], None]:
    return lambda store, _: store.put(champion_key("original"), body)


CHAMPIONS: dict[str, Callable[[MemoryStore, Artifact], None]] = {
    "pointer empty": _pointer(b""),
    "pointer null": _pointer(b"null"),
    "pointer deeply nested": _pointer(DEEP),
    "pointer not UTF-8": _pointer(b"\xff\xfe"),
    "pointer to nothing": _pointer(
        b'{"family": "original", "version": "20200101T000000Z-abcdef", "promoted_at": "", "reason": "", "history": []}'
    ),
    "pointer that leads elsewhere": _pointer(
        b'{"family": "original", "version": "../x", "promoted_at": "", "reason": "", "history": []}'
    ),
    "card torn": _torn_card,
    "model torn": _torn("model.tflite"),
    "weights torn": _torn("weights.npz"),
}


@pytest.mark.parametrize("kind", CHAMPIONS)
def test_a_family_with_a_damaged_champion_waits_and_is_named_once(
    store: MemoryStore, family: Family, artifact: Artifact, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    contribute_all(store, DRAWINGS[:3])
    objects = {key: store.get(key) for key in store.keys("models/")}
    CHAMPIONS[kind](store, artifact)
    trainer = trainer_of(store, family)

    assert trainer.poll() == []
    assert trainer.poll() == []
    named = names(caplog)
    assert len(named) == len(set(named)) >= 1
    assert "champion of original" in named
    assert status(store).damaged == len(named)

    for key, body in objects.items():
        store.put(key, body)
    (outcome,) = trainer.poll()  # repaired: what waited is trained on
    assert outcome.artifact.card.replaces == artifact.card.version


def test_a_torn_card_of_another_version_keeps_nothing_from_training(
    store: MemoryStore, family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    store.put(model_key("original", "20990101T000000Z-abcdef", "card.json"), b'{"format": 1')
    store.put("models/original/junk/card.json", b"")
    contribute_all(store, DRAWINGS[:3])
    trainer = trainer_of(store, family)

    outcomes = trainer.poll()

    assert len(outcomes) == 1
    assert trainer.poll() == []
    assert version(store) in Registry(store).versions("original")
    assert names(caplog) == ["models/original/20990101T000000Z-abcdef/card.json"]
