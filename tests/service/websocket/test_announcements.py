"""Messages that inform clients of changed models and trainer."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

from service.inference.served import Served
from service.websocket.announcements import encode_changes
from tests.service.fakes import fake_predictor
from training.models.status import TrainerStatus

BEFORE = Served(MappingProxyType({"cropped": fake_predictor("cropped", "ink20")}), TrainerStatus("waiting", 3, 20))


def announced(served: Served, before: Served = BEFORE) -> list[str]:
    return [json.loads(text)["type"] for text in encode_changes(before, served)]


def test_only_what_has_changed_is_announced() -> None:
    models = MappingProxyType({"cropped": fake_predictor("cropped", "ink20", digit=3)})
    trainer = TrainerStatus("training", 20, 20, family="cropped")

    assert announced(BEFORE) == []
    assert announced(replace(BEFORE, trouble="the store can't be read")) == []
    assert announced(replace(BEFORE, predictors=models)) == ["models"]
    assert announced(replace(BEFORE, trainer=trainer)) == ["trainer"]
    assert announced(replace(BEFORE, predictors=models, trainer=trainer)) == ["models", "trainer"]


def test_a_trainer_whose_status_disappears_is_not_announced() -> None:
    assert announced(replace(BEFORE, trainer=None)) == []


def test_cached_texts_of_different_states_are_not_mixed_up() -> None:
    trainers = [TrainerStatus("waiting", number, 20) for number in (4, 5, 4)]

    texts = [encode_changes(BEFORE, replace(BEFORE, trainer=trainer))[0] for trainer in trainers]

    assert [json.loads(text)["new_drawings"] for text in texts] == [4, 5, 4]
