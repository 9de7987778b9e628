"""The spool beside a dict: whatever is done in whatever order, and killed at any moment, both tell the same."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from collector.contribution.contribution import Contribution
from collector.contribution.contributor import use_of
from collector.spool.deletions import WasDeleted
from collector.spool.spool import Spool, SpoolFull
from collector.storage.stored_drawing import to_stored
from tests.collector.contributions import make_contribution

pytestmark = pytest.mark.slow  # tries a hundred histories

ANN, BOB = "a" * 32, "b" * 32
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LENGTHS = 4  # bytes before each part of what is kept
ROOM = 5  # contributions that may wait for upload


@dataclass
class Known:
    """The expected state of an id; `size` in bytes while it waits for upload."""

    label: int
    contributor: str
    size: int
    waits: bool = True
    deleted: bool = False


def size_of(contribution: Contribution, contributor: str) -> int:
    parts = [to_stored(contribution, contributor, "page", NOON).to_json(), *(s.png for s in contribution.samples)]
    return sum(LENGTHS + len(part) for part in parts)


class SpoolMachine(RuleBasedStateMachine):
    drawings = Bundle("drawings")
    contributors = st.sampled_from([ANN, BOB])

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="spool-machine-"))
        self.turn = 0
        self.room = ROOM * size_of(make_contribution(), ANN)
        self.spool = Spool(self._path, self.room)
        self.known: dict[str, Known] = {}  # in the order of acceptance
        self.unremoved: list[str] = []

    @property
    def _path(self) -> Path:
        return self.folder / str(self.turn) / "spool.sqlite"

    @rule(target=drawings, number=st.integers(0, 2**32), label=st.integers(0, 9), contributor=contributors)
    def accept(self, number: int, label: int, contributor: str) -> str:
        drawing = str(UUID(int=number, version=4))
        self._hand_in(make_contribution(id=drawing, label=label), contributor)
        return drawing

    @rule(drawing=drawings, label=st.integers(0, 9), contributor=contributors)
    def accept_again(self, drawing: str, label: int, contributor: str) -> None:
        self._hand_in(make_contribution(id=drawing, label=label), contributor)

    def _hand_in(self, contribution: Contribution, contributor: str) -> None:
        known, size = self.known.get(contribution.id), size_of(contribution, contributor)
        if contribution.id in self._deleted:
            with pytest.raises(WasDeleted):
                self.spool.accept(contribution, contributor, now=NOON)
        elif known:
            acknowledgement = self.spool.accept(contribution, contributor, now=NOON)
            assert (acknowledgement.duplicate, acknowledgement.use) == (True, use_of(known.contributor))
            assert acknowledgement.yours == (contributor == known.contributor)
        elif self._waiting_bytes + size > self.room:
            with pytest.raises(SpoolFull):
                self.spool.accept(contribution, contributor, now=NOON)
        else:
            acknowledgement = self.spool.accept(contribution, contributor, now=NOON)
            assert (acknowledgement.duplicate, acknowledgement.use) == (False, use_of(contributor))
            self.known[contribution.id] = Known(contribution.label, contributor, size)

    @rule(drawing=drawings)
    def upload(self, drawing: str) -> None:
        self.spool.uploads.mark_uploaded(drawing)
        known = self.known.get(drawing)
        if known and known.waits:
            known.waits = False
        elif drawing in self._deleted and drawing not in self.unremoved:
            self.unremoved.append(drawing)

    @rule(drawing=drawings)
    def delete(self, drawing: str) -> None:
        self.spool.delete(drawing, NOON)
        if drawing not in self._deleted:
            self.unremoved.append(drawing)
        self.known.setdefault(drawing, Known(0, "", 0))
        self.known[drawing].waits, self.known[drawing].deleted = False, True

    @rule(drawing=consumes(drawings))
    def remove_from_the_store(self, drawing: str) -> None:
        if drawing in self.unremoved:
            self.spool.removals.mark_removed(drawing)
            self.unremoved.remove(drawing)

    @rule(target=drawings)
    def recall(self) -> object:
        """Ids that were consumed may come again."""
        return multiple(*self.known)

    @rule(killed=st.booleans())
    def open_again(self, killed: bool) -> None:
        """Killed: the files as they lie there while they are open are all that is left."""
        if not killed:
            self.spool.close()
        before = self._path.parent
        self.turn += 1
        shutil.copytree(before, self._path.parent)
        self.spool.close()
        self.spool = Spool(self._path, self.room)

    @property
    def _deleted(self) -> set[str]:
        return {drawing for drawing, known in self.known.items() if known.deleted}

    @property
    def _waiting_bytes(self) -> int:
        return sum(known.size for known in self.known.values() if known.waits)

    @invariant()
    def both_tell_the_same(self) -> None:
        kept = [known for known in self.known.values() if not known.deleted]
        waiting = [drawing for drawing, known in self.known.items() if known.waits]
        counts, backlog = self.spool.counts(ANN), self.spool.uploads.backlog()
        assert (counts.total, counts.yours) == (len(kept), sum(known.contributor == ANN for known in kept))
        assert counts.by_label == tuple(sum(known.label == label for known in kept) for label in range(10))
        assert [pending.id for pending in self.spool.uploads.pending(100)] == waiting
        assert (backlog.drawings, backlog.bytes) == (len(waiting), self._waiting_bytes)
        assert {one.id for one in self.spool.removals.pending(100)} == set(self.unremoved)

    def teardown(self) -> None:
        if hasattr(self, "spool"):
            self.spool.close()
            shutil.rmtree(self.folder)


TestSpoolMachine = SpoolMachine.TestCase
TestSpoolMachine.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
