from __future__ import annotations

from types import MappingProxyType

import pytest

from service.inference.model_selection import select_predictors
from service.inference.served import Served
from service.wire.messages import Frame, Snapshot, Strokes
from service.wire.protocol import ProtocolError
from tests.service.fakes import SEVEN, fake_predictor

INK = Frame("ink20", b"", 1, 2)
PATH = Frame("path48", b"", 1, 2)
STROKES = Strokes(1, 2, 500, 500, 16, SEVEN)

SERVED = Served(
    MappingProxyType(
        {
            "path": fake_predictor("path", "path48", 0.9),
            "cnn": fake_predictor("cnn", "ink20", 0.8),
            "softmax": fake_predictor("softmax", "ink20", 0.7),
        }
    )
)


def chosen(snapshot: Snapshot, *families: str) -> list[str]:
    return [predictor.family for predictor in select_predictors(SERVED, families, snapshot)]


def test_without_named_families_the_best_that_takes_the_snapshot_answers() -> None:
    assert chosen(STROKES) == ["path"]
    assert chosen(INK) == ["cnn"]


def test_the_named_families_answer_in_the_order_of_their_names() -> None:
    assert chosen(STROKES, "softmax", "path") == ["softmax", "path"]


def test_only_named_families_that_take_the_snapshot_answer() -> None:
    assert chosen(INK, "path", "softmax") == ["softmax"]


def test_a_snapshot_that_no_named_family_takes_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="softmax takes ink20") as caught:
        chosen(PATH, "softmax")

    assert (caught.value.code, caught.value.drawing, caught.value.seq) == ("bad_snapshot", 1, 2)


def test_a_snapshot_that_no_served_model_takes_is_no_model() -> None:
    with pytest.raises(ProtocolError) as caught:
        chosen(Frame("canvas20", b""))

    assert caught.value.code == "no_model"
