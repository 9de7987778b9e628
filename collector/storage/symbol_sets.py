"""The symbol sets in a store: `sets/<id>/` holds all of one set, and digits are the root."""

from __future__ import annotations

import logging

from collector.storage.folder_store import FolderStore
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.prefixed_store import PrefixedStore
from collector.symbols.definition import parse_json, to_json
from collector.symbols.symbol_set import DIGITS, DIGITS_ID, BadSymbols, SymbolSet, check_set
from collector.symbols.text import ID, describe

SETS = "sets/"
DEFINITION = "symbols.json"  # within a set's part of the store
SETS_MAX = 64  # of one service
AFTER_ALL = "~"  # sorts after every character of a key

log = logging.getLogger(__name__)


class UnknownSet(BadSymbols):
    """The store has no set of this id."""


class TooManySets(BadSymbols):
    """The store has as many sets as a service takes."""


def store_of(store: ObjectStore, set_id: str) -> ObjectStore:
    """The part of the store that holds this set, with the layout that digits have at the root.

    Raises:
        UnknownSet: the text is no set's id.
    """
    if set_id == DIGITS_ID:
        return store
    _check_id(set_id)
    if isinstance(store, FolderStore):  # shards of a folder are mapped in place
        return FolderStore(store.path(f"{SETS}{set_id}"))
    return PrefixedStore(store, f"{SETS}{set_id}")


def read_set(store: ObjectStore, set_id: str) -> SymbolSet:
    """The set's definition; `store` is the whole store.

    Raises:
        UnknownSet: there is no such set.
        BadSymbols: its definition is damaged.
        StoreError: the store can't be read.
    """
    if set_id == DIGITS_ID:
        return DIGITS
    try:
        symbols = parse_json(store_of(store, set_id).get(DEFINITION))
    except NoSuchObject as error:
        raise UnknownSet(f"there is no set {set_id}") from error
    if symbols.id != set_id:
        raise BadSymbols(f"the definition at {SETS}{set_id} is of set {symbols.id}")
    return symbols


def write_set(store: ObjectStore, symbols: SymbolSet) -> None:
    """Stores the definition, new or changed. Whoever changes one uses `redefine` and its like, which keep the places.

    Raises:
        BadSymbols: it is no valid set.
        TooManySets: the set is new, and there are `SETS_MAX` already.
        StoreError: the store failed.
    """
    checked = check_set(symbols)
    known = set_ids(store)
    if checked.id not in known and len(known) >= SETS_MAX:
        raise TooManySets(f"there are {len(known)} sets, expected at most {SETS_MAX}")
    store_of(store, checked.id).put(DEFINITION, to_json(checked))


def set_ids(store: ObjectStore) -> list[str]:
    """The ids of the stored sets, also of retired ones; lists one or two keys for each, however many drawings it has.

    Raises:
        StoreError: the store can't be read.
    """
    found: list[str] = []
    after = ""
    while key := next(iter(store.keys(SETS, after)), None):
        name = key.removeprefix(SETS).split("/")[0]
        if ID.fullmatch(name) and name != DIGITS_ID:
            found.append(name)
        after = f"{SETS}{name}/{AFTER_ALL}"
    return found


def stored_sets(store: ObjectStore, with_retired: bool = False) -> list[SymbolSet]:
    """Every set in the store that is in use, or every one, without digits; a damaged definition is left out and logged.

    Raises:
        StoreError: the store can't be read.
    """
    found = []
    for set_id in set_ids(store):
        try:
            symbols = read_set(store, set_id)
        except UnknownSet:  # objects without a definition
            continue
        except BadSymbols as error:
            log.warning("set %s is left out: %s", set_id, error)
            continue
        if with_retired or not symbols.is_retired:
            found.append(symbols)
    return found


def _check_id(set_id: str) -> None:
    if not ID.fullmatch(set_id):
        raise UnknownSet(f"there is no set {describe(set_id)}")
