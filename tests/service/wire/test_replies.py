"""What clients are told of a change, as text."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

from service.inference.live_models import Served
from service.wire.replies import encode_changes
from tests.service.fakes import fake_predictor
from training.models.status import TrainerStatus

BEFORE = Served(MappingProxyType({"cropped": fake_predictor("cropped", "ink20")}), TrainerStatus("waiting", 3, 20))


def told(served: Served, before: Served = BEFORE) -> list[str]:
    return [json.loads(text)["type"] for text in encode_changes(before, served)]


def test_only_what_has_changed_is_told() -> None:
    models = MappingProxyType({"cropped": fake_predictor("cropped", "ink20", digit=3)})
    trainer = TrainerStatus("training", 20, 20, family="cropped")

    assert told(BEFORE) == []
    assert told(replace(BEFORE, trouble="the store can't be read")) == []
    assert told(replace(BEFORE, predictors=models)) == ["models"]
    assert told(replace(BEFORE, trainer=trainer)) == ["trainer"]
    assert told(replace(BEFORE, predictors=models, trainer=trainer)) == ["models", "trainer"]


def test_a_trainer_that_says_nothing_any_more_is_no_news() -> None:
    assert told(replace(BEFORE, trainer=None)) == []


def test_what_two_states_of_one_kind_say_is_not_mixed_up() -> None:
    trainers = [TrainerStatus("waiting", number, 20) for number in (4, 5, 4)]

    texts = [encode_changes(BEFORE, replace(BEFORE, trainer=trainer))[0] for trainer in trainers]

    assert [json.loads(text)["new_drawings"] for text in texts] == [4, 5, 4]
