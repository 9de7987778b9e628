from __future__ import annotations

from dataclasses import replace

import pytest

from collector.contribution.layout import TRAINER_STATUS, champion_key, model_key
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from infra.harness.champions import shipped_artifact
from service.inference.live_models import BAD_ARTIFACT_SECONDS, FAMILIES_SECONDS, LiveModels
from service.inference.served import Served
from tests.service.fakes import DownStore
from training.models.artifact import Artifact
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS
from training.models.status import TrainerStatus


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class House:
    """Live models over a store in memory, and a clock that a test moves."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.registry = Registry(self.store)
        self.clock = Clock()
        self.live = LiveModels(self.store, self.registry, Registry(FolderStore(FIRST_MODELS)), self.clock)

    def promote(self, artifact: Artifact) -> str:
        self.registry.publish(artifact, {})
        self.registry.promote(artifact.card.family, artifact.card.version, "test")
        return artifact.card.version

    def serves(self, family: str) -> str:
        return self.live.current.predictors[family].card.version


@pytest.fixture
def house() -> House:
    house = House()
    house.live.poll()
    return house


def newer(family: str = "softmax", standing: float | None = None) -> Artifact:
    """The shipped softmax model under a later version, and maybe as another family."""
    artifact = shipped_artifact("softmax")
    return replace(
        artifact,
        card=replace(
            artifact.card,
            family=family,
            version=f"2030{artifact.card.version[4:]}",
            standing=artifact.card.standing if standing is None else standing,
        ),
    )


def test_an_empty_store_is_seeded_with_the_shipped_models(house: House) -> None:
    assert house.serves("softmax") == shipped_artifact("softmax").card.version
    assert (house.live.current.from_store, house.live.current.trouble) == (True, "")


def test_a_new_champion_is_served_after_the_next_poll(house: House) -> None:
    version = house.promote(newer())

    house.live.poll()

    assert house.serves("softmax") == version


def test_a_rolled_back_champion_is_served_again(house: House) -> None:
    before = house.serves("softmax")
    house.promote(newer())
    house.live.poll()

    house.registry.rollback("softmax")
    house.live.poll()

    assert house.serves("softmax") == before


def test_a_served_state_that_was_read_does_not_change(house: House) -> None:
    served = house.live.current
    before = house.serves("softmax")
    house.promote(newer())

    house.live.poll()

    assert served.predictors["softmax"].card.version == before


@pytest.mark.parametrize("file", ["model.tflite", "weights.npz", "card.json"])
def test_a_champion_with_a_broken_file_is_never_served(house: House, file: str) -> None:
    before = house.serves("softmax")
    version = house.promote(newer())
    house.store.put(model_key("softmax", version, file), b"broken")

    house.live.poll()

    assert house.serves("softmax") == before
    assert version in house.live.current.trouble


def test_a_model_that_fails_its_golden_predictions_is_never_served(house: House) -> None:
    before = house.serves("softmax")
    artifact = newer()
    wrong = tuple(replace(g, probabilities=g.probabilities[::-1]) for g in artifact.card.golden)
    house.promote(replace(artifact, card=replace(artifact.card, golden=wrong)))

    house.live.poll()

    assert house.serves("softmax") == before


def test_an_unreadable_pointer_does_not_affect_other_families(house: House) -> None:
    house.promote(newer("twin"))
    house.clock.now += FAMILIES_SECONDS
    house.store.put(champion_key("softmax"), b"{")

    house.live.poll()

    assert house.serves("twin").startswith("2030")
    assert "softmax" in house.live.current.trouble


def test_a_broken_champion_is_loaded_again_only_after_a_while(house: House) -> None:
    version = house.promote(newer())
    key = model_key("softmax", version, "model.tflite")
    whole = house.store.get(key)
    house.store.put(key, b"broken")
    house.live.poll()
    house.store.put(key, whole)

    house.live.poll()
    soon = house.serves("softmax")
    house.clock.now += BAD_ARTIFACT_SECONDS
    house.live.poll()

    assert (soon == version, house.serves("softmax") == version) == (False, True)
    assert house.live.current.trouble == ""


def test_a_new_family_is_found(house: House) -> None:
    house.promote(newer("twin"))

    house.clock.now += FAMILIES_SECONDS
    house.live.poll()

    assert "twin" in house.live.current.predictors


def test_families_are_ordered_by_standing(house: House) -> None:
    house.promote(newer("twin", standing=0.999))
    house.clock.now += FAMILIES_SECONDS
    house.live.poll()
    first = next(iter(house.live.current.predictors))

    house.promote(newer("softmax", standing=0.9999))
    house.live.poll()

    assert (first, next(iter(house.live.current.predictors))) == ("twin", "softmax")


def test_the_trainers_status_is_read(house: House) -> None:
    status = TrainerStatus("training", 20, 20)
    house.store.put(TRAINER_STATUS, status.to_json())

    house.live.poll()

    assert house.live.current.trainer == status


def test_an_unreadable_status_counts_as_none(house: House) -> None:
    house.store.put(TRAINER_STATUS, b"[]")

    house.live.poll()

    assert house.live.current.trainer is None


def test_listeners_are_called_only_for_changes_and_until_they_stop(house: House) -> None:
    heard: list[tuple[Served, Served]] = []
    stop = house.live.listen(lambda before, after: heard.append((before, after)))

    house.live.poll()
    quiet = len(heard)
    house.promote(newer())
    house.live.poll()
    stop()
    house.registry.rollback("softmax")
    house.live.poll()

    assert quiet == 0
    assert len(heard) == 1
    assert heard[0][1].predictors["softmax"].card.version.startswith("2030")


def test_without_a_store_the_shipped_models_are_served_and_trouble_says_so() -> None:
    down = DownStore()
    live = LiveModels(down, Registry(down), Registry(FolderStore(FIRST_MODELS)))

    live.serve_shipped()
    live.poll()

    assert live.current.predictors["softmax"].card.version == shipped_artifact("softmax").card.version
    assert not live.current.from_store
    assert "no route to host" in live.current.trouble


def test_a_store_that_comes_back_is_used_again() -> None:
    down = DownStore()
    live = LiveModels(down, Registry(down), Registry(FolderStore(FIRST_MODELS)))
    live.serve_shipped()
    live.poll()

    down.store = MemoryStore()
    live.poll()

    assert (live.current.from_store, live.current.trouble) == (True, "")
    assert Registry(down.store).champion("softmax") is not None


def test_the_served_models_stay_when_the_store_goes_down() -> None:
    down = DownStore()
    down.store = MemoryStore()
    live = LiveModels(down, Registry(down), Registry(FolderStore(FIRST_MODELS)))
    live.poll()

    down.store = None
    live.poll()

    assert "softmax" in live.current.predictors
    assert "no route to host" in live.current.trouble


def test_with_no_model_anywhere_nothing_is_served() -> None:
    nothing = MemoryStore()
    live = LiveModels(DownStore(), Registry(nothing), Registry(nothing))

    live.serve_shipped()
    live.poll()

    assert dict(live.current.predictors) == {}
