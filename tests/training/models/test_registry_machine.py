"""The registry beside a dict: whatever is done in whatever order, and killed between any two writes, both agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from training.models.artifact import Artifact, file_entries
from training.models.card import Card, Metrics, TrainedOn
from training.models.registry import NoSuchVersion, Registry, RegistryError, VersionExists

pytestmark = pytest.mark.slow  # tries a hundred histories

FAMILIES = ("cnn", "softmax")
VERSIONS = tuple(f"2026112{day}T000000Z-abcdef" for day in range(6))
WRITES = 6  # of the longest call, and one more


class MortalStore(MemoryStore):
    """Fails for ever at the write after `writes` more, as for a process that was killed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: int | None = None

    def put(self, key: str, body: bytes) -> None:
        self._live()
        super().put(key, body)

    def delete(self, key: str) -> None:
        self._live()
        super().delete(key)

    def _live(self) -> None:
        if self.writes == 0:
            raise StoreError("killed")
        if self.writes is not None:
            self.writes -= 1


@dataclass
class Shelf:
    """The expected state of a family: each version, refused or not, and the champion before its former ones."""

    refused: dict[str, bool] = field(default_factory=dict)
    champions: list[str] = field(default_factory=list)


def artifact_of(family: str, version: str, refused: bool) -> Artifact:
    body = f"{family} {version}".encode()
    metrics = Metrics("nobody", 1, (1.0,), (0.5,), 0.5, 0.5, 0.5, (0.5,) * 10, 1.0)
    card = Card(
        family, version, "", "ink20", file_entries(body, body), metrics, TrainedOn(1, 1, {}, ()), (),
        gate={"accepted": not refused},
    )  # fmt: skip
    return Artifact(card, body, body)


class RegistryMachine(RuleBasedStateMachine):
    families = st.sampled_from(FAMILIES)
    versions = st.sampled_from(VERSIONS)

    def __init__(self) -> None:
        super().__init__()
        self.store = MortalStore()
        self.registry = Registry(self.store)
        self.shelves = {family: Shelf() for family in FAMILIES}

    @rule(family=families, version=versions, refused=st.booleans())
    def publish(self, family: str, version: str, refused: bool) -> None:
        shelf = self.shelves[family]
        if version in shelf.refused:
            with pytest.raises(VersionExists):
                self._publish(family, version, refused)
        elif self._survives(lambda: self._publish(family, version, refused)):
            shelf.refused[version] = refused
        else:
            # The card is put last: with it there, all is there.
            with pytest.raises(NoSuchVersion):
                self.registry.load(family, version)

    def _publish(self, family: str, version: str, refused: bool) -> None:
        self.registry.publish(artifact_of(family, version, refused), {})

    @rule(family=families, version=versions)
    def promote(self, family: str, version: str) -> None:
        shelf = self.shelves[family]
        if version not in shelf.refused:
            with pytest.raises(NoSuchVersion):
                self.registry.promote(family, version, "a rule")
        elif self._survives(lambda: self.registry.promote(family, version, "a rule")):
            shelf.champions = shelf.champions if shelf.champions[:1] == [version] else [version, *shelf.champions]

    @rule(family=families)
    def roll_back(self, family: str) -> None:
        shelf = self.shelves[family]
        former = shelf.champions[1:]
        while former and shelf.refused[former[0]]:
            del former[0]
        if not former:
            with pytest.raises(RegistryError):
                self.registry.rollback(family)
        elif self._survives(lambda: self.registry.rollback(family)):
            shelf.champions = former

    @rule(family=families, keep=st.integers(0, 3))
    def forget_refused(self, family: str, keep: int) -> None:
        shelf = self.shelves[family]
        loose = [v for v in sorted(shelf.refused) if shelf.refused[v] and v not in shelf.champions]
        goes = loose[: max(0, len(loose) - keep)]
        if not self._survives(lambda: self.registry.forget_refused(family, keep)):
            goes = [version for version in goes if version not in self.registry.versions(family)]
        for version in goes:
            del shelf.refused[version]

    @precondition(lambda self: self.store.writes is None)
    @rule(writes=st.integers(0, WRITES))
    def be_killed_at_a_coming_write(self, writes: int) -> None:
        self.store.writes = writes

    def _survives(self, call: Callable[[], object]) -> bool:
        """True if it came to its end; where it didn't, another process goes on with what is in the store."""
        try:
            call()
        except StoreError:
            self.store.writes = None
            self.registry = Registry(self.store)
            return False
        return True

    @invariant()
    def both_tell_the_same(self) -> None:
        for family, shelf in self.shelves.items():
            champion = self.registry.champion(family)
            reported = [] if champion is None else [champion.version, *champion.history]
            assert reported == shelf.champions
            assert self.registry.versions(family) == sorted(shelf.refused)
            for version, refused in shelf.refused.items():
                assert self.registry.load(family, version) == artifact_of(family, version, refused)


TestRegistryMachine = RegistryMachine.TestCase
TestRegistryMachine.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
