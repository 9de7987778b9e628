"""Challengers that answer live frames unseen: what is compared, what is stored, and what visitors get."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
import pytest

from collector.ink.encodings import Inputs, path48_inputs
from collector.ink.path import pack_path48, to_path48
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from infra.harness.champions import shipped_artifact
from service.inference.live_models import LiveModels
from service.inference.predictor import Predictor
from service.inference.shadow import LOOK_SECONDS, SOCKET_MAX, STORE_SECONDS, ShadowTraffic
from service.inference.shadow_queue import Frame
from tests.service.conversation import StartService, ask, frame, greet, ink_frame
from tests.service.fakes import SEVEN, TOKEN
from training.models.artifact import Artifact
from training.models.registry import Registry
from training.models.shadow import ShadowStore
from training.models.shipped import FIRST_MODELS

NEWER, NEWEST = "20301121T034500Z-1f2e3d", "20301122T034500Z-1f2e3d"
FRAME = path48_inputs(to_path48(SEVEN, 500, 500))


class AwayStore(MemoryStore):
    """A store that can be away."""

    is_away = False

    def get(self, key: str) -> bytes:
        self._reach()
        return super().get(key)

    def put(self, key: str, body: bytes) -> None:
        self._reach()
        super().put(key, body)

    def _reach(self) -> None:
        if self.is_away:
            raise StoreError("no route to host")


@dataclass
class House:
    """A service's models over a store, and shadow traffic with a clock that a test moves."""

    store: AwayStore = field(default_factory=AwayStore)
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.registry = Registry(self.store)
        self.live = LiveModels(self.store, self.registry, Registry(FolderStore(FIRST_MODELS)))
        self.live.poll()
        self.shadow = ShadowStore(self.store)
        self.traffic = self.worker()

    def worker(self) -> ShadowTraffic:
        return ShadowTraffic(
            self.store, 100, lambda: [("digits", self.live)], Random(1), lambda: self.now, lambda call: call()
        )

    def challenge(self, version: str = NEWER, family: str = "path", model: Artifact | None = None) -> Artifact:
        """Lets a challenger wait: the shipped model again, under another version."""
        artifact = model or shipped_artifact(family)
        card = replace(artifact.card, family=family, version=version, replaces=shipped_artifact(family).card.version)
        challenger = replace(artifact, card=card)
        self.shadow.registry.publish(challenger, {})
        self.shadow.registry.promote(family, version, "gate passed")
        return challenger

    def step(self, seconds: float = LOOK_SECONDS + STORE_SECONDS) -> None:
        self.now += seconds
        self.traffic.step()

    @property
    def path(self) -> Predictor:
        return self.live.current.predictors["path"]

    def offer(self, inputs: Inputs = FRAME) -> bool:
        self.path.predict(inputs)
        return self.path.shadow is not None and self.path.shadow.offer(inputs, self.path.output)

    @property
    def frames(self) -> int:
        return self.shadow.read_counts("path", self.path.card.version, NEWER)[0].frames


@pytest.fixture
def house() -> House:
    return House()


def test_without_a_challenger_no_frame_is_taken(house: House) -> None:
    house.step()

    assert house.path.shadow is None
    assert not house.offer()
    assert list(house.store.keys("shadow/")) == []


def test_frames_are_compared_and_only_sums_are_stored(house: House) -> None:
    house.challenge()
    house.step()
    for _ in range(5):
        assert house.offer()

    house.step()

    (key,) = house.store.keys("shadow/v1/counts/")
    record = json.loads(house.store.get(key))
    assert (record["champion"], record["challenger"]) == (house.path.card.version, NEWER)
    bins = [each for each in record["bins"] if each["frames"]]
    assert [(each["ink_below"], each["frames"], each["agreements"]) for each in bins] == [(1.5, 5, 5)]
    assert 0 < bins[0]["champion_confidence"] == bins[0]["challenger_confidence"] <= 5
    assert set(record) == {"format", "family", "champion", "challenger", "frames", "failed", "bins"}


def test_all_workers_count_into_objects_of_their_own(house: House) -> None:
    house.challenge()
    other = house.worker()
    for traffic in (house.traffic, other):
        house.now += LOOK_SECONDS
        traffic.step()
        house.offer()
        house.now += STORE_SECONDS
        traffic.step()

    assert len(list(house.store.keys("shadow/v1/counts/"))) == 2
    assert house.frames == 2


def test_a_challenger_that_is_gone_gets_no_more_frames(house: House) -> None:
    house.challenge()
    house.step()
    house.offer()
    house.shadow.clear("path")

    house.step()

    assert house.path.shadow is None
    assert list(house.store.keys("shadow/")) == []  # and nothing is stored of what nobody asks for


def test_the_next_challenger_is_counted_by_itself(house: House) -> None:
    house.challenge()
    house.step()
    house.offer()
    house.step()
    house.shadow.clear("path")
    house.challenge(NEWEST)
    house.step()
    house.offer()
    house.step()

    counts, _ = house.shadow.read_counts("path", house.path.card.version, NEWEST)
    assert counts.frames == 1


def test_a_new_champion_gets_no_frames_of_a_challenger_of_the_former_one(house: House) -> None:
    house.challenge()
    house.step()
    artifact = shipped_artifact("path")
    house.registry.publish(replace(artifact, card=replace(artifact.card, version=NEWEST)), {})
    house.registry.promote("path", NEWEST, "by hand")
    house.live.poll()

    house.step()

    assert house.path.card.version == NEWEST
    assert house.path.shadow is None


def test_a_challenger_that_fails_its_checks_is_not_run(house: House) -> None:
    house.challenge()
    house.store.put(f"shadow/v1/models/path/{NEWER}/model.tflite", b"torn")

    house.step()
    house.step()

    assert house.path.shadow is None


def test_a_challenger_of_other_inputs_is_not_run(house: House) -> None:
    house.challenge(family="path", model=shipped_artifact("softmax"))

    house.step()

    assert house.path.shadow is None


def test_counting_continues_while_the_store_is_away(house: House) -> None:
    house.challenge()
    house.step()
    house.store.is_away = True
    house.offer()
    house.step()
    house.offer()
    house.step()

    house.store.is_away = False
    house.step()

    assert house.frames == 2


def test_a_challenger_without_probabilities_is_counted_as_failed(house: House) -> None:
    house.challenge()
    house.step()
    house.path.predict(FRAME)
    (comparison,) = house.traffic._comparisons.values()

    comparison.count(Frame(FRAME, house.path.output(), np.full(10, np.nan, np.float32)))

    assert (comparison.counts.failed, comparison.counts.frames) == (1, 1)


def test_a_frame_is_compared_with_the_answer_that_its_visitor_got(house: House) -> None:
    house.challenge()
    house.step()
    assert house.path.shadow is not None
    house.path.shadow.offer(FRAME, lambda: np.eye(10, dtype=np.float32)[3])
    house.step()

    counts, _ = house.shadow.read_counts("path", house.path.card.version, NEWER)
    assert (counts.frames, sum(each.agreements for each in counts.bins)) == (1, 0)  # the challenger says 7
    assert sum(each.champion_confidence for each in counts.bins) == 1


def test_the_last_counts_are_stored_when_the_service_ends(house: House) -> None:
    house.challenge()
    house.step()
    for _ in range(3):
        house.offer()
    stop = threading.Event()
    stop.set()

    house.traffic.run(stop)

    assert house.frames == 3
    assert house.path.shadow is None


def test_visitors_get_the_champions_answers_and_no_trace_of_them_is_stored(start_service: StartService) -> None:
    service = start_service(personal_bytes=2**22)
    shadow = ShadowStore(service.store)
    artifact = shipped_artifact("path")
    card = replace(artifact.card, version=NEWER, replaces=artifact.card.version)
    shadow.registry.publish(replace(artifact, card=card), {})
    shadow.registry.promote("path", NEWER, "gate passed")
    traffic = ShadowTraffic(service.store, 100, lambda: [(s.symbols.id, s.live) for s in service.sets.scopes])
    traffic.look()
    before = set(service.store.keys("")) - set(service.store.keys("shadow/"))

    with service.connect() as socket:
        greet(socket, contributor=TOKEN)
        path = frame(4, pack_path48(to_path48(SEVEN, 500, 500)))
        answers = []
        for _ in range(SOCKET_MAX + 50):
            answers.append(ask(socket, path))
            traffic.count()
        ask(socket, ink_frame())  # another family, without a challenger
    assert {answer["model"] for answer in answers} == {artifact.card.version}
    traffic.count()
    traffic.store_counts()

    counts, _ = shadow.read_counts("path", artifact.card.version, NEWER)
    assert counts.frames == SOCKET_MAX  # no connection decides alone
    assert set(service.store.keys("")) - set(service.store.keys("shadow/")) == before
    assert TOKEN not in "".join(
        service.store.get(key).decode(errors="replace") for key in service.store.keys("shadow/")
    )
