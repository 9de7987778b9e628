"""One trainer at a time, on any store: who has the lease, and what becomes of it when its holder dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from collector.contribution.layout import TRAINER_LEASE
from collector.storage.memory_store import MemoryStore
from training.learning.state import lease as lease_module
from training.learning.state.lease import HELD_SECONDS, Lease, LeasedStore, LeaseHeld, LeaseLost, TrainerLease
from training.models.registry import Champion, Fenced, Registry

WAIT_SECONDS = 30.0  # a bound for a busy machine, not a promise
SCALE = 0.05  # of the lease's times


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEAT_SECONDS", "HELD_SECONDS", "EXPIRY_SECONDS", "LOOK_SECONDS", "SETTLE_SECONDS"):
        monkeypatch.setattr(lease_module, name, SCALE * getattr(lease_module, name))


@contextmanager
def held(store: MemoryStore, wait: bool = True) -> Iterator[TrainerLease]:
    lease = TrainerLease(store, "test")
    with lease.hold(threading.Event(), wait) as is_held:
        assert is_held
        yield lease


def left_behind(store: MemoryStore, **changes: object) -> Lease:
    """The lease of a trainer on another machine that has ended without a word."""
    lease = replace(Lease(7, "gone", "midstroke train --watch", "elsewhere", 1, ""), **changes)  # type: ignore[arg-type]
    store.put(TRAINER_LEASE, lease.to_json())
    return lease


def test_each_lease_has_a_higher_number_than_the_one_before() -> None:
    store, numbers = MemoryStore(), []

    for _ in range(3):
        with held(store) as lease:
            numbers.append(lease.number)

    assert numbers == [1, 2, 3]


def test_of_many_that_start_at_once_one_at_a_time_has_it() -> None:
    store, inside, most = MemoryStore(), [0], [0]
    lock = threading.Lock()

    def train() -> int:
        with held(store) as lease:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            threading.Event().wait(0.01)
            lease.check()
            with lock:
                inside[0] -= 1
            return lease.number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: train(), range(4)))

    assert most == [1]
    assert len(set(numbers)) == 4


def test_a_dead_trainers_lease_expires() -> None:
    store = MemoryStore()
    left_behind(store)

    with held(store) as lease:
        assert lease.number == 8


def test_a_process_of_this_machine_that_has_ended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "EXPIRY_SECONDS", 1e9)
    store = MemoryStore()
    left_behind(store, place=lease_module._place() or "nowhere", process=2**22 + 1)
    if not lease_module._place():
        pytest.skip("this system does not name its processes' namespace")

    with held(store) as lease:
        assert lease.number == 8


def test_a_trainer_that_does_not_wait_gets_the_holders_name() -> None:
    store = MemoryStore()

    with held(store), pytest.raises(LeaseHeld, match=r"the trainer `test` \(process \d+ on .*\) has this store"):
        with held(store, wait=False):
            pass


def test_a_stop_ends_the_wait() -> None:
    store, stop = MemoryStore(), threading.Event()
    left_behind(store)
    stop.set()

    with TrainerLease(store, "test").hold(stop, wait=True) as is_held:
        assert not is_held


def test_nothing_is_written_once_another_has_it() -> None:
    store = MemoryStore()
    with held(store) as lease:
        leased = LeasedStore(store, lease)
        leased.put("a", b"1")
        left_behind(store, holder="another", number=2)
        for _ in range(int(WAIT_SECONDS / 0.02)):
            if not lease.is_held:
                break
            threading.Event().wait(0.02)

        with pytest.raises(LeaseLost):
            leased.put("b", b"2")
        with pytest.raises(LeaseLost):
            leased.delete("a")
    assert list(store.keys()) == ["a", TRAINER_LEASE]


def test_nothing_is_written_while_the_store_does_not_confirm_the_lease() -> None:
    now = [0.0]
    lease = TrainerLease(MemoryStore(), "test", lambda: now[0])
    lease._confirmed_at = 0.0
    lease.check()

    now[0] = HELD_SECONDS * SCALE + 0.01

    with pytest.raises(LeaseLost):
        lease.check()


def test_a_damaged_lease_is_written_anew() -> None:
    store = MemoryStore()
    store.put(TRAINER_LEASE, b"{")

    with held(store) as lease:
        assert lease.number == 1


def test_a_pointer_of_a_later_lease_stays(registry_with_two_versions: tuple[Registry, str, str]) -> None:
    registry, first, second = registry_with_two_versions
    registry.promote("original", first, "test", lease=5)

    with pytest.raises(Fenced, match="lease 4: its champion is of lease 5"):
        registry.promote("original", second, "test", lease=4)

    by_hand: Champion = registry.promote("original", second, "by hand")
    assert by_hand.lease == 5
    again = registry.champion("original")
    assert again is not None
    assert (again.version, again.lease) == (second, 5)


@pytest.fixture
def registry_with_two_versions() -> tuple[Registry, str, str]:
    from infra.harness.champions import shipped_artifact

    registry, artifact = Registry(MemoryStore()), shipped_artifact("original")
    versions = [f"{year}{artifact.card.version[4:]}" for year in (2030, 2031)]
    for version in versions:
        registry.publish(replace(artifact, card=replace(artifact.card, version=version, lease=3)), {})
    assert registry.card("original", versions[0]).lease == 3
    return registry, versions[0], versions[1]
