"""The trainer's status goes on to every page, so nothing is taken for one that a page could not read."""

from __future__ import annotations

import json

import pytest

from training.models.status import BadStatus, TrainerStatus, parse_status


def test_a_status_reads_back_equal() -> None:
    status = TrainerStatus("refused", 3, 20, family="softmax", version="v", reasons=("worse",), at="now")

    assert parse_status(status.to_json()) == status


@pytest.mark.parametrize(
    "changes",
    [{"state": "gone"}, {"new_drawings": float("inf")}, {"needed": "many"}, {"family": ["softmax"]}, {"version": {}}],
)
def test_a_status_with_a_wrong_field_is_refused(changes: dict[str, object]) -> None:
    record = {**json.loads(TrainerStatus("waiting", 3, 20).to_json()), **changes}

    with pytest.raises(BadStatus):
        parse_status(json.dumps(record).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_an_invalid_status_is_refused(text: bytes) -> None:
    with pytest.raises(BadStatus):
        parse_status(text)
