"""Makes sure that all replicas on one store use the same contributor key: the store holds its fingerprint."""

from __future__ import annotations

import json

from collector.contribution.contributor import key_fingerprint
from collector.contribution.layout import CONTRIBUTOR_KEY
from collector.storage.object_store import NoSuchObject, ObjectStore

FORMAT = 1


class OtherKey(Exception):
    """The store belongs to services with another contributor key."""


def agree_on_key(store: ObjectStore, key: bytes) -> None:
    """Compares the key with the store's fingerprint; the first service on a store writes it.

    Of two that come first at once with different keys, the last put stays; the other finds that at its next call.

    Raises:
        OtherKey: the fingerprint is of another key, or can't be read.
        StoreError: the store failed.
    """
    own = key_fingerprint(key)
    found = _stored_fingerprint(store)
    if found is None:
        store.put(CONTRIBUTOR_KEY, json.dumps({"format": FORMAT, "fingerprint": own}).encode())
        found = _stored_fingerprint(store)
    if found != own:
        raise OtherKey(
            f"the contributor key of this service has the fingerprint {own}, the store's is {found}; give all replicas "
            "the key of the first one (its <var>/contributor.key) as MIDSTROKE_CONTRIBUTOR_KEY"
        )


def _stored_fingerprint(store: ObjectStore) -> str | None:
    try:
        record = json.loads(store.get(CONTRIBUTOR_KEY))
        if record["format"] != FORMAT:
            raise OtherKey(f"{CONTRIBUTOR_KEY} has format {record['format']!r:.40}, expected {FORMAT}")
        return str(record["fingerprint"])[:64]
    except NoSuchObject:
        return None
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise OtherKey(f"{CONTRIBUTOR_KEY} in the store is damaged: {type(error).__name__}; restore it") from error
