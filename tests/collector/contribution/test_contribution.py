"""Whatever a client sends, `parse_contribution` gives a contribution within the limits or says what is wrong."""

from __future__ import annotations

import contextlib
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.contribution.contribution import BadContribution, Contribution, Sample, parse_contribution
from collector.ink.png import SIGNATURE
from collector.ink.raster import encode_png
from tests.collector.contributions import PNG, SIDE, STAGES, STROKE, TOKEN, contribution_record, sample_record

RISING = [(step + 1) / 8 for step in range(8)]


def samples(inks: list[float], png: bytes = PNG) -> list[dict[str, Any]]:
    return [sample_record(ink, png) for ink in inks]


def test_a_whole_contribution_is_taken_as_it_was_sent() -> None:
    record = contribution_record(id="0b8f9a3e-6c1d-4f5a-9b7e-2d3c4b5a6978")

    contribution = parse_contribution(record)

    assert contribution == Contribution(
        id="0b8f9a3e-6c1d-4f5a-9b7e-2d3c4b5a6978",
        label=7,
        contributor=TOKEN,
        consent=record["consent"],
        width=SIDE,
        height=SIDE,
        pen_width=3.0,
        pointer="pen",
        strokes=(STROKE,),
        samples=tuple(Sample(ink, png) for ink, png in zip(RISING, STAGES, strict=True)),
    )


@pytest.mark.parametrize("field", sorted(contribution_record()))
def test_a_field_that_is_missing_is_named(field: str) -> None:
    record = contribution_record()
    del record[field]

    with pytest.raises(BadContribution, match=field.rstrip("s")):
        parse_contribution(record)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "0B8F9A3E-6C1D-4F5A-9B7E-2D3C4B5A6978"}, "lower case"),
        ({"id": "0b8f9a3e6c1d4f5a9b7e2d3c4b5a6978"}, "with dashes"),
        ({"id": "../../../../models/champion.json-----"}, "UUID"),
        ({"id": "0b8f9a3e-6c1d-4f5a-9b7e-2d3c4b5a6978\n"}, "UUID"),
        ({"label": 10}, "from 0 to 9"),
        ({"label": -1}, "from 0 to 9"),
        ({"label": True}, "True, expected a whole number"),
        ({"label": 7.0}, "whole number"),
        ({"label": "7"}, "'7', expected a whole number"),
        ({"contributor": "short"}, "16 to 64"),
        ({"contributor": "x" * 65}, "16 to 64"),
        ({"contributor": "with spaces in it, yes"}, "16 to 64"),
        ({"consent": "2020-01-1"}, "consent is '2020-01-1', expected one of"),
        ({"width": 19}, "width is 19"),
        ({"height": 2049}, "height is 2049"),
        ({"width": 10**400}, "width is a int out of range"),
        ({"pen_width": 0.9}, "1 to 64 px"),
        ({"pen_width": 64.1}, "1 to 64 px"),
        ({"pen_width": float("nan")}, "1 to 64 px"),
        ({"pen_width": 10**400}, "1 to 64 px"),
        ({"pen_width": True}, "1 to 64 px"),
        ({"pointer": "nose"}, "pen, mouse, touch, unknown"),
        ({"strokes": []}, "at least one stroke"),
        ({"strokes": [[]]}, "at least one point"),
        ({"strokes": [[[1, 2, 3]]] * 65}, "65 strokes, at most 64"),
        ({"strokes": [[[1, 2, 3]] * 8193]}, "8192 points"),
        ({"strokes": [[[1, 2, 3]] * 4097] * 2}, "8192 points"),
        ({"strokes": [[[1, float("inf"), 3]]]}, "finite"),
        ({"strokes": [[[1, 2, float("nan")]]]}, "finite"),
        ({"strokes": [[[1, 2, 3, 4]]]}, "a point is a list of 4"),
        ({"strokes": [[[-41, 2, 3]]]}, "a point at -41, 2"),
        ({"strokes": [[[1, 81, 3]]]}, "a point at 1, 81"),
        ({"samples": samples(RISING[1:])}, "a list of 7, expected a list of 8 to 40"),
        ({"samples": samples([(i + 1) / 41 for i in range(41)])}, "8 to 40"),
        ({"samples": samples([*RISING[:-1], 0.99])}, "last sample has ink 0.99"),
        ({"samples": samples([*RISING[:-1], 1.01])}, "at most 1"),
        ({"samples": samples([0, *RISING[1:]])}, "sample 0 has ink 0"),
        ({"samples": samples([0.5, 0.4, *RISING[2:]])}, "sample 1 has ink 0.4 after 0.5"),
        ({"samples": samples([0.25, 0.25, *RISING[2:]])}, "expected it to rise"),
        ({"samples": [*samples(RISING[:-1]), {"ink": 1, "png": "not base64!"}]}, "sample 7 is not base64"),
        ({"samples": [*samples(RISING[:-1]), {"ink": 1, "png": "é" * 100}]}, "sample 7 is not base64"),
        ({"samples": [*samples(RISING[:-1]), {"ink": 1, "png": None}]}, "sample 7 has png None"),
        ({"samples": [*samples(RISING[:-1]), 5]}, "sample 7 is 5"),
        ({"samples": samples(RISING, b"GIF89a" + PNG[6:])}, "is not a PNG"),
        ({"samples": samples(RISING, PNG[:28])}, "is not a PNG: a PNG that ends within"),
        ({"samples": samples(RISING, PNG + bytes(64 * 1024))}, "at most 65536"),
        ({"width": SIDE + 1}, "sample 0 is 40x40 px, expected the canvas's 41x40"),
        ({"samples": samples(RISING, SIGNATURE + struct.pack(">I4sII", 13, b"IDAT", 40, 40) + bytes(9))}, "IHDR"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_drawing_beyond_a_limit_is_refused_with_a_reason(changes: dict[str, Any], message: str) -> None:
    record = contribution_record(**changes)

    with pytest.raises(BadContribution, match=message):
        parse_contribution(record)


def test_the_limits_themselves_are_within() -> None:
    strokes = [[[-40, -40, None]] * 128, *[[[80, 80]] * 128 for _ in range(63)]]
    whole = [sample_record((i + 1) / 40, PNG + bytes(64 * 1024 - len(PNG))) for i in range(40)]

    contribution = parse_contribution(contribution_record(strokes=strokes, samples=whole, pen_width=64))

    assert (len(contribution.strokes), len(contribution.samples)) == (64, 40)
    assert sum(len(stroke.points) for stroke in contribution.strokes) == 8192


def test_a_head_that_states_a_huge_picture_is_refused_unread() -> None:
    huge = SIGNATURE + struct.pack(">I4sII", 13, b"IHDR", 60_000, 60_000) + PNG[24:]

    with pytest.raises(BadContribution, match="60000x60000"):
        parse_contribution(contribution_record(samples=samples(RISING, huge)))


def test_the_token_stays_out_of_the_message() -> None:
    with pytest.raises(BadContribution) as caught:
        parse_contribution(contribution_record(contributor="secret token!"))

    assert "secret" not in str(caught.value)


def test_eight_bit_pictures_are_as_good() -> None:
    import numpy as np

    png = encode_png(np.full((SIDE, SIDE), 255, np.uint8))

    assert parse_contribution(contribution_record(samples=samples(RISING, png))).samples[0].png == png


def test_a_list_nested_as_deep_as_json_allows_is_refused() -> None:
    nested: Any = 1
    for _ in range(900):
        nested = [nested]

    for field in contribution_record():
        with pytest.raises(BadContribution):
            parse_contribution(contribution_record(**{field: nested}))
    with pytest.raises(BadContribution):
        parse_contribution(contribution_record(strokes=[[[1, nested, 2]]]))


characters = st.characters(exclude_categories=["Cs"])  # as the default ones, which take 4 s to find
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(characters) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(characters, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(anything)
def test_anything_at_all_is_a_contribution_or_bad(record: Any) -> None:
    with pytest.raises(BadContribution):
        parse_contribution(record)


@given(st.dictionaries(st.sampled_from(sorted(contribution_record())), anything, min_size=1, max_size=2))
def test_any_field_may_hold_anything_and_nothing_else_is_raised(changes: dict[str, Any]) -> None:
    with contextlib.suppress(BadContribution):
        parse_contribution(contribution_record(**changes))


@given(st.lists(st.fixed_dictionaries({"ink": anything, "png": anything}) | anything, min_size=8, max_size=9))
def test_samples_may_hold_anything_and_nothing_else_is_raised(mixed: list[Any]) -> None:
    with pytest.raises(BadContribution):
        parse_contribution(contribution_record(samples=mixed))


@given(st.binary(max_size=80))
def test_a_sample_may_be_any_bytes_and_nothing_else_is_raised(body: bytes) -> None:
    for png in (body, SIGNATURE + body, PNG[:16] + body):
        with contextlib.suppress(BadContribution):
            parse_contribution(contribution_record(samples=samples(RISING, png)))


@pytest.mark.parametrize("probability", [0, -0.1, 1.5, "0.1", True, float("nan")])
def test_a_prompt_probability_that_is_none_is_refused(probability: object) -> None:
    with pytest.raises(BadContribution, match="prompt_probability"):
        parse_contribution(contribution_record(prompt_probability=probability))
