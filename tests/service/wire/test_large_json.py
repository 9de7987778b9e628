"""Large JSON: the decoder that gives way reads what `json` reads, and refuses what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.wire.large_json import MAX_PARTS, SMALL_CHARACTERS, SteppedDecoder, count_parts
from service.wire.protocol import MAX_POINTS, ProtocolError, parse_json_object

VALUES: list[Any] = [
    {},
    [],
    [[]],
    {"strokes": [[[1, 2.5, -3e-7], [4, 5, 6]], []], "samples": [{"ink": 0.5, "png": "AAAA"}]},
    ["]", ["[", ["}", {"a]": ["\\", '"', "é\u2028"]}]]],
    [[1, [2, [3, [4, [5]]]]], None, True, False, 10**30],
    [list(range(1000)), [[n, n / 3] for n in range(1000)]],
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("indent", [None, 1])
def test_it_reads_what_json_reads(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    assert SteppedDecoder().decode(text) == value


@pytest.mark.parametrize("text", ["[1,2", "[1 2]", "[[1,]]", '{"a":[}', '["a]', "[]]", "[1,[2,3}", "", "[tru]"])
def test_it_refuses_what_json_refuses(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        SteppedDecoder().decode(text)


@pytest.mark.parametrize("text", ['{"a":[NaN]%s}', '{"a":[{"b":1,"b":2}]%s}', '{"a":[[-Infinity]]%s}'])
def test_large_texts_are_as_restricted_as_small_ones(text: str) -> None:
    large = text % f',"filler":"{"x" * SMALL_CHARACTERS}"'

    with pytest.raises(ProtocolError):
        parse_json_object(large)


def test_a_large_text_of_more_values_than_anything_needs_is_refused_unread() -> None:
    with pytest.raises(ProtocolError, match=f"expected at most {MAX_PARTS}"):
        parse_json_object('{"a":[' + "[]," * MAX_PARTS + "1]}")


def test_the_largest_contribution_has_half_of_the_values_that_may_be() -> None:
    record = {"strokes": [[[1.5, 2.5, 3] for _ in range(MAX_POINTS)]], "samples": [{"ink": 1, "png": "A"}] * 40}

    assert count_parts(json.dumps(record)) < 0.6 * MAX_PARTS


def test_deep_nesting_is_refused_and_nothing_else() -> None:
    with pytest.raises(ProtocolError, match="not JSON"):
        parse_json_object('{"a":' + "[" * 30_000 + "]" * 30_000 + "}")
