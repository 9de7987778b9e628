"""A store of drawings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.storage.memory_store import MemoryStore
from tests.collector.stored import NOW, contributor_of, put_drawing


@pytest.fixture
def store() -> MemoryStore:
    """Eight training and three validation drawings by different people."""
    store = MemoryStore()
    for number in range(8):
        put_drawing(store, contributor_of("training", number), NOW + timedelta(days=number), label=number)
    for number in range(3):
        put_drawing(store, contributor_of("validation", number), NOW, label=7, pointer="touch")
    return store
