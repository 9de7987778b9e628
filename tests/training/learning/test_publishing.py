"""A challenger that waits for live frames: who decides, when, and what is left after a crash."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from collector.contribution.layout import champion_key
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from infra.harness.champions import shipped_artifact
from training.evaluation.shadow_veto import ENOUGH_FRAMES
from training.learning.publishing import LOOK_SECONDS, Publishing
from training.learning.state.progress import Progress, StoredProgress
from training.learning.state.status_report import StatusReport
from training.models.artifact import Artifact
from training.models.card import Card, Classes, ContinuedOn
from training.models.registry import Registry
from training.models.shadow import ShadowCounts, ShadowStore
from training.webhook import VersionEvent

FAMILY, NEWER, NEWEST = "softmax", "20301121T034500Z-1f2e3d", "20301122T034500Z-1f2e3d"
SECONDS = 600.0
HERE = "0123456789abcdef"


class FailingStore(MemoryStore):
    """Fails the put of one key, once."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_at = ""

    def put(self, key: str, body: bytes) -> None:
        if key == self.fails_at:
            self.fails_at = ""
            raise StoreError("no route to host")
        super().put(key, body)


@dataclass
class House:
    """A store with a champion, and a trainer's publishing with a clock that a test moves."""

    store: FailingStore = field(default_factory=FailingStore)
    events: list[VersionEvent] = field(default_factory=list)
    late: float = 0.0  # seconds that the clock is ahead
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        self.champion = shipped_artifact(FAMILY)
        self.registry = Registry(self.store)
        self.registry.publish(self.champion, {})
        self.registry.promote(FAMILY, self.champion.card.version, "the first")
        self.shadow = ShadowStore(self.store)
        self.restart()

    def restart(self, seconds: float | None = None) -> None:
        """A new trainer on the same store."""
        self.progress = StoredProgress(self.store)
        self.publishing = Publishing(
            self.store,
            StatusReport(self.store, 20),
            7,
            self.events.append,
            shadow_seconds=self.seconds if seconds is None else seconds,
            clock=lambda: datetime.now().timestamp() + self.late,
        )

    def challenger(self, version: str = NEWER, *, accepted: bool = True, **changes: object) -> Artifact:
        card: Card = replace(
            self.champion.card,
            version=version,
            replaces=self.champion.card.version,
            gate={"accepted": accepted, "reasons": ["no worse" if accepted else "worse"]},
            continued_on=ContinuedOn(1, 20, 20, 20),
            files={name: entry for name, entry in self.champion.card.files.items() if not name.endswith(".svg")},
            **changes,  # type: ignore[arg-type]
        )
        return replace(self.champion, card=card)

    def publish(self, artifact: Artifact) -> bool:
        return self.publishing.publish(artifact, {"accuracy.svg": b"<svg/>"})

    def is_waiting(self, after: float = LOOK_SECONDS) -> bool:
        self.late += after
        return self.publishing.is_waiting(FAMILY, self.progress)

    def count(self, frames: int, agreement: float = 1.0) -> None:
        counts = ShadowCounts(FAMILY, self.champion.card.version, NEWER)
        found = counts.bins[4]
        found.frames, found.agreements = frames, round(agreement * frames)
        found.champion_confidence = found.challenger_confidence = 0.95 * frames
        self.shadow.put_counts(counts, HERE)

    @property
    def served(self) -> str:
        champion = self.registry.champion(FAMILY)
        assert champion is not None
        return champion.version

    @property
    def shadowed(self) -> list[str]:
        return [key for key in self.store.keys("shadow/") if "/results/" not in key]


@pytest.fixture
def house() -> House:
    return House()


def test_without_the_setting_an_accepted_version_is_promoted_at_once() -> None:
    house = House(seconds=0.0)

    assert house.publish(house.challenger())

    assert house.served == NEWER
    assert list(house.store.keys("shadow/")) == []
    assert [event.event for event in house.events] == ["published"]


def test_an_accepted_challenger_waits_unpublished(house: House) -> None:
    assert not house.publish(house.challenger())

    assert house.is_waiting()
    assert house.served == house.champion.card.version
    assert house.registry.versions(FAMILY) == [house.champion.card.version]
    assert house.events == []


def test_a_refused_version_does_not_wait(house: House) -> None:
    assert house.publish(house.challenger(accepted=False))

    assert house.shadowed == []
    assert [event.event for event in house.events] == ["refused"]


def test_enough_live_frames_without_an_objection_end_the_wait(house: House) -> None:
    house.publish(house.challenger())
    house.count(ENOUGH_FRAMES, agreement=0.93)

    assert not house.is_waiting()

    assert house.served == NEWER
    card = house.registry.card(FAMILY, NEWER)
    assert card.gate["reasons"] == [
        "no worse",
        "Passed: of 1000 live snapshots it answered 93.0 % as the current version did.",
    ]
    assert card.lease == 7
    assert house.registry.figure(FAMILY, NEWER, "accuracy.svg") == b"<svg/>"
    assert [event.event for event in house.events] == ["published"]
    assert house.progress.of(FAMILY) == Progress(20, 20)
    assert house.shadowed == []
    assert house.shadow.read_result(FAMILY, NEWER).frames == ENOUGH_FRAMES


def test_live_frames_can_veto(house: House) -> None:
    house.publish(house.challenger())
    house.count(ENOUGH_FRAMES, agreement=0.3)

    assert not house.is_waiting()

    assert house.served == house.champion.card.version
    card = house.registry.card(FAMILY, NEWER)
    assert card.is_refused
    assert "it answered 30.0 % of 1000 live snapshots" in card.gate["reasons"][0]
    assert [event.event for event in house.events] == ["refused"]
    assert house.progress.of(FAMILY) == Progress(20, 20)  # its drawings aren't trained on again and again


def test_after_the_wait_the_gates_word_holds_if_too_few_frames_came(house: House) -> None:
    house.publish(house.challenger())
    house.count(12, agreement=0.0)

    assert house.is_waiting(after=SECONDS - 10)
    assert not house.is_waiting(after=20)

    assert house.served == NEWER
    assert "only 12 live snapshots" in house.registry.card(FAMILY, NEWER).gate["reasons"][1]


def test_frames_that_came_can_veto_when_the_wait_ends(house: House) -> None:
    house.publish(house.challenger())
    house.count(150, agreement=0.1)

    assert not house.is_waiting(after=SECONDS + 1)

    assert house.served == house.champion.card.version


def test_a_restarted_trainer_waits_no_longer_than_the_first(house: House) -> None:
    house.publish(house.challenger())
    house.late += SECONDS - 10
    house.restart()

    assert house.is_waiting()
    assert not house.is_waiting(after=20)
    assert house.served == NEWER


def test_a_clock_that_is_set_back_does_not_lengthen_the_wait_for_ever(house: House) -> None:
    house.publish(house.challenger())
    house.late -= 10 * SECONDS
    house.restart()

    assert house.is_waiting()
    assert not house.is_waiting(after=SECONDS + 1)


def test_a_trainer_without_the_setting_ends_the_wait_of_one_that_had_it(house: House) -> None:
    house.publish(house.challenger())
    house.restart(seconds=0.0)

    assert not house.is_waiting()

    assert house.served == NEWER
    assert house.shadowed == []


def test_a_champion_that_was_changed_by_hand_is_not_replaced(house: House) -> None:
    house.publish(house.challenger())
    other = replace(house.champion, card=replace(house.champion.card, version=NEWEST))
    house.registry.publish(other, {})
    house.registry.promote(FAMILY, NEWEST, "by hand")
    house.count(ENOUGH_FRAMES)

    assert not house.is_waiting()

    assert house.served == NEWEST
    assert NEWER not in house.registry.versions(FAMILY)
    assert house.progress.of(FAMILY) == Progress()  # the next training takes the same drawings
    assert house.shadowed == []


def test_a_damaged_challenger_is_dropped(house: House) -> None:
    house.publish(house.challenger())
    house.store.put(f"shadow/v1/models/{FAMILY}/{NEWER}/model.tflite", b"torn")
    house.count(ENOUGH_FRAMES)

    assert not house.is_waiting()

    assert house.served == house.champion.card.version
    assert house.shadowed == []


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    "key", [champion_key(FAMILY), "trainer/progress.json", f"shadow/v1/results/{FAMILY}/{NEWER}.json"]
)
def test_a_failure_in_the_middle_of_publishing_is_made_good(house: House, key: str, restarted: bool) -> None:
    house.publish(house.challenger())
    house.count(ENOUGH_FRAMES)
    house.store.fails_at = key
    with pytest.raises(StoreError):
        house.is_waiting()

    if restarted:
        house.restart()
        house.progress.finish(FAMILY, house.registry)  # as a trainer does that begins
    assert not house.is_waiting()

    assert house.served == NEWER
    assert house.progress.of(FAMILY) == Progress(20, 20)
    assert house.shadowed == []


def test_a_trainer_that_died_before_the_wait_began_leaves_nothing_behind(house: House) -> None:
    house.store.fails_at = f"shadow/v1/{champion_key(FAMILY)}"
    with pytest.raises(StoreError):
        house.publish(house.challenger())
    house.restart()

    assert not house.is_waiting()
    house.publish(house.challenger(NEWEST))

    assert house.shadow.registry.versions(FAMILY) == [NEWEST]


def test_a_version_of_other_classes_is_not_compared(house: House) -> None:
    more = Classes("shapes", tuple("abcdefghij"))

    assert house.publish(house.challenger(classes=more))

    assert house.served == NEWER


def test_events_name_the_set(house: House) -> None:
    publishing = Publishing(house.store, StatusReport(house.store, 20), None, house.events.append, "shapes")

    publishing.publish(house.challenger(), {})

    assert [event.symbol_set for event in house.events] == ["shapes"]
