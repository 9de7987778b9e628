"""The symbol sets in a store, each in a part of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import BadKey, ObjectStore
from collector.storage.prefixed_store import PrefixedStore
from collector.storage.symbol_sets import (
    SETS_MAX,
    TooManySets,
    UnknownSet,
    read_set,
    set_ids,
    store_of,
    stored_sets,
    write_set,
)
from collector.symbols.definition import from_record
from collector.symbols.symbol_set import DIGITS, SymbolSet, retire
from tests.collector.store_contract import ObjectStoreContract


class TestPrefixed(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> PrefixedStore:
        return PrefixedStore(MemoryStore(), "sets/shapes")


@pytest.fixture(params=["memory", "folder"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return MemoryStore() if request.param == "memory" else FolderStore(tmp_path)


def a_set(set_id: str) -> SymbolSet:
    return from_record({"id": set_id, "name": set_id, "classes": [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]})


def test_a_set_is_found_as_it_was_written(whole: ObjectStore) -> None:
    write_set(whole, a_set("shapes"))

    assert read_set(whole, "shapes") == a_set("shapes")
    assert list(whole.keys()) == ["sets/shapes/symbols.json"]


def test_sets_are_listed_whatever_else_is_in_the_store(whole: ObjectStore) -> None:
    for name in ("a", "a-b", "a0", "b"):
        write_set(whole, a_set(name))
        for number in range(3):
            store_of(whole, name).put(f"drawings/v1/{number}.json", b"")
    whole.put("sets/BAD/symbols.json", b"{}")
    whole.put("sets/empty/drawings/v1/1.json", b"")
    whole.put("samples/v1/7/x.png", b"")
    store_of(whole, "b").put("symbols.json", b"damaged")
    write_set(whole, retire(a_set("a0")))

    assert sorted(set_ids(whole)) == ["a", "a-b", "a0", "b", "empty"]
    assert sorted(each.id for each in stored_sets(whole)) == ["a", "a-b"]


def test_a_part_shows_nothing_of_the_rest_and_leads_nowhere_else(whole: ObjectStore) -> None:
    whole.put("models/digits", b"1")
    part = store_of(whole, "shapes")
    part.put("models/x", b"2")
    store_of(whole, "shapes-2").put("models/y", b"3")

    assert list(part.keys()) == ["models/x"]
    assert list(part.keys("../")) == []
    with pytest.raises(BadKey):
        part.get("../../models/digits")


def test_digits_are_the_whole_store(whole: ObjectStore) -> None:
    assert store_of(whole, "digits") is whole
    assert read_set(whole, "digits") is DIGITS


@pytest.mark.parametrize("set_id", ["", "..", "a/b", "A", "-", "a" * 40])
def test_no_text_but_an_id_names_a_set(whole: ObjectStore, set_id: str) -> None:
    with pytest.raises(UnknownSet):
        read_set(whole, set_id)


def test_there_are_only_so_many_sets() -> None:
    store = MemoryStore()
    for number in range(SETS_MAX):
        write_set(store, a_set(f"s{number}"))

    with pytest.raises(TooManySets):
        write_set(store, a_set("one-more"))
    write_set(store, a_set("s0"))
