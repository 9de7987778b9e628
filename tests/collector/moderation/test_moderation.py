"""Operators' decisions: each is noted first, takes effect by one object, and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from collector.contribution.layout import (
    AUDIT,
    MODERATION,
    hidden_key,
    relabelled_key,
    tombstone_key,
    verdict_key,
)
from collector.moderation.audit import read_audit
from collector.moderation.gallery import Wanted, find_drawings
from collector.moderation.moderation import Moderation, read_moderation
from collector.moderation.moderator import BadModeration, Moderator, NoSuchDrawing
from collector.moderation.withdrawn import withdrawn_ids
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from collector.storage.verdict import Filtered
from collector.upload.removal import remove_drawing
from tests.collector.stored import NOW, contributor_of, put_drawing


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def moderator(store: MemoryStore, now: Callable[[], datetime] = lambda: NOW) -> Moderator:
    return Moderator(store, range(10), lambda drawing: remove_drawing(store, drawing), "page", now)


def test_a_hidden_drawing_can_be_shown_again(store: MemoryStore) -> None:
    drawing = put_drawing(store).id

    assert [moderator(store).hide(drawing), moderator(store).hide(drawing)] == [True, False]
    assert read_moderation(store).hidden == {drawing}

    assert [moderator(store).unhide(drawing), moderator(store).unhide(drawing)] == [True, False]
    assert read_moderation(store) == Moderation()


def test_the_last_label_counts_whatever_the_clock_does(store: MemoryStore) -> None:
    drawing = put_drawing(store, label=7).id
    store.put(verdict_key(drawing), Filtered(drawing, confirmed=False).to_json())
    clock = iter([NOW, NOW, NOW, NOW - timedelta(days=1), NOW - timedelta(days=1), NOW - timedelta(days=1)])

    for label in (1, 9):
        assert moderator(store, lambda: next(clock)).relabel(drawing, label)

    assert read_moderation(store).labels == {drawing: 9}
    assert not list(store.keys("verdicts/"))
    assert not moderator(store).relabel(drawing, 9)


def test_a_blocked_contributors_drawings_are_left_out(store: MemoryStore) -> None:
    stored = put_drawing(store)

    assert [moderator(store).block(stored.contributor), moderator(store).block(stored.contributor)] == [True, False]
    assert read_moderation(store).leaves_out("any", stored.contributor)
    assert list(withdrawn_ids(store)) == [stored.id]

    assert moderator(store).unblock(stored.contributor)
    assert list(withdrawn_ids(store)) == []


def test_deleting_leaves_a_tombstone_and_the_audit(store: MemoryStore) -> None:
    stored = put_drawing(store)
    moderator(store).hide(stored.id)
    moderator(store).relabel(stored.id, 3)

    moderator(store).delete(stored.id, "a name\nis\x00 on it")

    left = [key for key in store.keys("") if stored.id in key]
    assert left == [tombstone_key(stored.id)]
    lines = read_audit(store, 10)
    assert sorted(line.action for line in lines) == ["delete", "hide", "relabel"]
    assert {line.reason for line in lines} == {"", "a name is on it"}
    with pytest.raises(NoSuchDrawing, match="was deleted"):
        moderator(store).hide(stored.id)


def test_every_decision_is_a_line_that_is_never_changed(store: MemoryStore) -> None:
    stored = put_drawing(store, label=7)
    times = iter(NOW + timedelta(seconds=step) for step in range(100))
    act = moderator(store, lambda: next(times))

    act.relabel(stored.id, 1, "looks like a 1")
    first = {key: store.get(key) for key in store.keys(AUDIT)}
    act.hide(stored.id)
    act.block(stored.contributor)

    assert all(store.get(key) == body for key, body in first.items())
    newest, hidden, relabelled = read_audit(store, 10)
    assert (newest.action, newest.contributor) == ("block", stored.contributor)
    assert (hidden.action, hidden.drawing) == ("hide", stored.id)
    assert (relabelled.label_before, relabelled.label, relabelled.reason) == (7, 1, "looks like a 1")
    assert json.loads(next(iter(first.values())))["format"] == 1
    assert [line.action for line in read_audit(store, 1)] == ["block"]


class NoAudit(MemoryStore):
    def put(self, key: str, body: bytes) -> None:
        if key.startswith(AUDIT):
            raise StoreError("full")
        super().put(key, body)


def test_a_decision_that_cannot_be_recorded_is_not_carried_out() -> None:
    store = NoAudit()
    stored = put_drawing(store)

    for act in (
        lambda: moderator(store).hide(stored.id),
        lambda: moderator(store).relabel(stored.id, 1),
        lambda: moderator(store).delete(stored.id),
        lambda: moderator(store).block(stored.contributor),
    ):
        with pytest.raises(StoreError):
            act()

    assert list(store.keys(MODERATION)) == []
    assert find_drawings(store, Wanted()).entries[0].stored == stored


def test_an_unknown_id_is_refused(store: MemoryStore) -> None:
    drawing = put_drawing(store).id

    for act in (
        lambda: moderator(store).hide("../models"),
        lambda: moderator(store).hide("00000000-0000-0000-0000-000000000000"),
        lambda: moderator(store).relabel(drawing, 10),
        lambda: moderator(store).block("somebody"),
        lambda: moderator(store).unblock("../../x"),
    ):
        with pytest.raises(BadModeration, match=r"expected|the store has no"):
            act()

    assert list(store.keys(AUDIT)) == []


def test_the_gallery_finds_by_label_contributor_verdict_and_state(store: MemoryStore) -> None:
    one = put_drawing(store, contributor_of("training", 1), label=1)
    two = put_drawing(store, contributor_of("training", 1), label=2)
    other = put_drawing(store, contributor_of("training", 2), label=1)
    store.put(verdict_key(two.id), Filtered(two.id, confirmed=False).to_json())
    store.put(hidden_key(other.id), b"")
    store.put(relabelled_key(two.id, NOW, 1), b"")
    store.put("moderation/v1/something/new", b"")

    def ids(wanted: Wanted) -> set[str]:
        return {entry.stored.id for entry in find_drawings(store, wanted).entries}

    assert ids(Wanted()) == {one.id, two.id, other.id}
    assert ids(Wanted(label=1)) == {one.id, two.id, other.id}
    assert ids(Wanted(label=2)) == set()
    assert ids(Wanted(contributor=one.contributor)) == {one.id, two.id}
    assert ids(Wanted(contributor="../x")) == set()
    assert ids(Wanted(verdict="filtered")) == {two.id}
    assert ids(Wanted(verdict="accepted")) == {one.id, other.id}
    assert ids(Wanted(state="hidden")) == {other.id}
    assert ids(Wanted(state="relabelled")) == {two.id}
    assert ids(Wanted(state="shown", label=1)) == {one.id, two.id}
    moderator(store).block(one.contributor)
    assert ids(Wanted(state="blocked")) == {one.id, two.id}


def test_pages_follow_each_other(store: MemoryStore) -> None:
    drawn = sorted(put_drawing(store).id for _ in range(5))

    first = find_drawings(store, Wanted(), limit=3)
    second = find_drawings(store, Wanted(), after=first.after or "", limit=3)

    assert [entry.stored.id for entry in (*first.entries, *second.entries)] == drawn
    assert second.after is None
