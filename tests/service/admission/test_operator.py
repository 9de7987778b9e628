"""The operator's token: accepted, refused, and limited in rate."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from collector.settings import describe_bad_setting
from service.admission.operator import CALLS_PER_SECOND, WRONG_PER_SECOND, Operator, OperatorRefused
from service.settings import Settings

TOKEN = "correct-horse-battery-staple"
RIGHT = {"authorization": f"Bearer {TOKEN}", "host": "ink.example"}


def refusal(operator: Operator, headers: dict[str, str]) -> int:
    try:
        operator.admit(headers)
    except OperatorRefused as refused:
        return refused.status
    return 200


@pytest.fixture
def operator() -> Operator:
    return Operator(TOKEN, now=lambda: 0.0)


def test_the_right_token_is_admitted(operator: Operator) -> None:
    assert refusal(operator, RIGHT) == 200
    assert refusal(operator, {**RIGHT, "origin": "https://ink.example"}) == 200
    assert refusal(operator, {**RIGHT, "sec-fetch-site": "same-origin"}) == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_any_other_header_is_not(operator: Operator, header: str) -> None:
    assert refusal(operator, {**RIGHT, "authorization": header}) == 401


def test_without_a_setting_there_is_nothing() -> None:
    assert not Operator().is_enabled
    assert refusal(Operator(), RIGHT) == 404
    assert refusal(Operator(""), {"authorization": "Bearer "}) == 404


def test_a_page_of_another_origin_is_refused_even_with_the_token(operator: Operator) -> None:
    assert refusal(operator, {**RIGHT, "origin": "https://other.example"}) == 403
    assert refusal(operator, {**RIGHT, "origin": "null"}) == 403
    assert refusal(operator, {**RIGHT, "sec-fetch-site": "cross-site"}) == 403
    assert refusal(operator, {**RIGHT, "sec-fetch-site": "same-site"}) == 403


def test_guessing_is_slowed_down_and_does_not_lock_out_the_operator(operator: Operator) -> None:
    wrong = [refusal(operator, {"authorization": "Bearer wrong"}) for _ in range(int(WRONG_PER_SECOND) + 3)]

    assert wrong == [401] * int(WRONG_PER_SECOND) + [429] * 3
    assert refusal(operator, RIGHT) == 200


def test_the_operator_has_a_limit_too(operator: Operator) -> None:
    calls = [refusal(operator, RIGHT) for _ in range(int(CALLS_PER_SECOND) + 1)]

    assert calls == [200] * int(CALLS_PER_SECOND) + [429]


@pytest.mark.parametrize("token", ["short", "has a space in it ", "x" * 257])
def test_a_token_that_could_be_guessed_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(operator_token=token)

    line = describe_bad_setting(refused.value)
    assert line.startswith("MIDSTROKE_OPERATOR_TOKEN")
    assert token not in line


def test_settings_do_not_show_the_token() -> None:
    settings = Settings(operator_token=TOKEN)

    assert TOKEN not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
