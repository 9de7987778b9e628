from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.wire.messages import Contribute, Frame, Hello, Ping, Strokes
from service.wire.protocol import ProtocolError, parse_binary, parse_json_object, parse_text
from service.wire.replies import Prediction, encode_error, encode_prediction

# How long an example takes on a busy machine says nothing about the protocol.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def frame(encoding: int = 2, payload: bytes = bytes(400), version: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<BBHIII", version, encoding, flags, 7, 9, 1234) + payload


def strokes_message(**changes: Any) -> str:
    record = {"type": "strokes", "drawing": 1, "seq": 5, "width": 500, "height": 400, "strokes": [[[1, 2], [3, 4, 5]]]}
    return json.dumps({**record, **changes})


@pytest.mark.parametrize(
    ("number", "encoding", "size"), [(1, "ink20", 412), (2, "canvas20", 400), (3, "png", 5), (4, "path48", 202)]
)
def test_a_frame_of_each_encoding_keeps_its_numbers_and_payload(number: int, encoding: str, size: int) -> None:
    message = parse_binary(frame(number, b"x" * size))

    assert message == Frame(encoding, b"x" * size, drawing=7, seq=9, t_ms=1234)  # type: ignore[arg-type]


def test_a_bare_png_is_a_snapshot_whose_seq_the_server_counts() -> None:
    message = parse_binary(b"\x89PNG\r\n\x1a\nrest")

    assert message == Frame("png", b"\x89PNG\r\n\x1a\nrest", drawing=0, seq=None)


@pytest.mark.parametrize(
    ("data", "expected", "seq"),
    [
        (b"", "0 bytes", None),
        (b"\x01\x02", "2 bytes", None),
        (frame(version=2), "version 2", None),
        (frame(encoding=9), "encoding 9", 9),
        (frame(flags=1), "flags", 9),
        (frame(1, bytes(411)), "411 bytes of ink20, expected 412", 9),
        (frame(4, bytes(203)), "203 bytes of path48, expected 202", 9),
    ],
)
def test_a_wrong_frame_is_an_error_that_names_its_snapshot(data: bytes, expected: str, seq: int | None) -> None:
    with pytest.raises(ProtocolError, match=expected) as caught:
        parse_binary(data)

    assert (caught.value.code, caught.value.seq) == ("bad_frame", seq)


@patiently
@given(st.binary(max_size=500) | st.binary(max_size=450).map(lambda rest: b"\x01" + rest))
def test_any_bytes_are_a_frame_or_a_bad_frame(data: bytes) -> None:
    try:
        payload, code = parse_binary(data).payload, "bad_frame"
    except ProtocolError as error:
        payload, code = b"", error.code

    assert data.endswith(payload)
    assert code == "bad_frame"


def test_a_hello_without_fields_asks_for_the_best_family_and_the_latest_snapshot() -> None:
    assert parse_text('{"type": "hello"}') == Hello((), coalesce=True, contributor=None)


def test_a_hello_may_name_one_family_or_several() -> None:
    one = parse_text('{"type": "hello", "family": "softmax", "coalesce": false}')
    several = parse_text('{"type": "hello", "families": ["softmax", "cnn", "softmax"]}')

    assert one == Hello(("softmax",), coalesce=False)
    assert several == Hello(("softmax", "cnn"))


@pytest.mark.parametrize(
    "fields",
    [
        {"family": 3},
        {"families": "softmax"},
        {"families": ["a", "b", "c", "d", "e"]},
        {"family": "a", "families": ["b"]},
        {"coalesce": "yes"},
        {"language": 4},
        {"language": "fr\n"},
        {"language": "fr-CH"},
        {"contributor": "short"},
        {"contributor": "with spaces in the middle of it"},
    ],
)
def test_an_invalid_hello_is_a_bad_hello(fields: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_text(json.dumps({"type": "hello", **fields}))

    assert caught.value.code == "bad_hello"


def test_the_error_of_an_invalid_family_name_describes_it() -> None:
    with pytest.raises(ProtocolError, match="family is a list of 0, expected a name"):
        parse_text('{"type": "hello", "family": []}')


def test_strokes_without_a_pen_width_get_the_pages() -> None:
    message = parse_text(strokes_message())

    assert isinstance(message, Strokes)
    assert (message.width, message.height, message.pen_width) == (500, 400, 16)
    assert [(p.x, p.y, p.t_ms) for p in message.strokes[0].points] == [(1, 2, None), (3, 4, 5)]


@pytest.mark.parametrize(("width", "height", "pen"), [(28, 28, 0.896), (100, 40, 3.2), (1000, 2000, 64)])
def test_the_pages_pen_is_in_proportion_to_the_canvas(width: int, height: int, pen: float) -> None:
    message = parse_text(strokes_message(width=width, height=height))

    assert isinstance(message, Strokes)
    assert message.pen_width == pytest.approx(pen)


@pytest.mark.parametrize(
    "changes",
    [
        {"strokes": []},
        {"strokes": [[]]},
        {"strokes": [[[1]]]},
        {"strokes": [[[1, "2"]]]},
        {"strokes": [[[1, 2]]] * 65},
        {"strokes": [[[1, 2]] * 8193]},
        {"strokes": [[[1e12, 2]]]},
        {"width": 0},
        {"width": 2049},
        {"height": 1.5},
        {"pen_width": 65},
        {"pen_width": True},
    ],
)
def test_wrong_strokes_are_a_bad_snapshot_with_its_numbers(changes: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_text(strokes_message(**changes))

    assert (caught.value.code, caught.value.drawing, caught.value.seq) == ("bad_snapshot", 1, 5)


@pytest.mark.parametrize("changes", [{"drawing": -1}, {"seq": 2**32}, {"seq": None}, {"drawing": True}])
def test_strokes_without_drawing_or_seq_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError, match="whole number"):
        parse_text(strokes_message(**changes))


def test_a_contributions_record_leaves_out_its_type() -> None:
    assert parse_text('{"type": "contribution", "id": "x"}') == Contribute({"id": "x"})


def test_a_ping_keeps_its_number() -> None:
    assert parse_text('{"type": "ping", "t": 1.5}') == Ping(1.5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_json"),
        ("{", "bad_json"),
        ("[1]", "bad_json"),
        ("[" * 100_000, "bad_json"),
        ('{"type": "ping", "t": NaN}', "bad_json"),
        ('{"type": "ping", "t": 1e999}', "bad_json"),
        ('{"type": "ping", "t": "soon"}', "bad_json"),
        ("{}", "unknown_type"),
        ('{"type": ["hello"]}', "unknown_type"),
        ('{"type": "train"}', "unknown_type"),
        ('{"type": "ping", "type": "hello"}', "bad_json"),
        ('{"type": "contribution", "samples": [{"ink": 1, "ink": 0.5}]}', "bad_json"),
    ],
)
def test_other_text_is_refused_with_its_error_code(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_text(text)

    assert caught.value.code == code


@pytest.mark.parametrize("body", ['{"type": "ping"}'.encode("utf-16"), b'{"type": "\xff"}'])
def test_json_in_bytes_must_be_utf_8(body: bytes) -> None:
    with pytest.raises(ProtocolError, match="utf-8") as caught:
        parse_json_object(body)

    assert caught.value.code == "bad_json"


@pytest.mark.parametrize("kind", ['{"type": "hello", "families": %s}', '{"type": %s}', '{"type": "ping", "t": %s}'])
@pytest.mark.parametrize("value", ["[" * 900 + "]" * 900, "[" + "1," * 300_000 + "1]", "9" * 4000])
def test_an_error_describes_values_of_any_size_briefly(kind: str, value: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_text(kind % value)

    assert len(caught.value.message) < 120


def test_points_are_counted_before_any_is_created() -> None:
    with pytest.raises(ProtocolError, match="1 strokes of 50000 points") as caught:
        parse_text(strokes_message(strokes=[["no point"] * 50_000]))

    assert (caught.value.code, caught.value.seq) == ("bad_snapshot", 5)


words = st.text('ab0-_ "\\é', max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@patiently
@given(
    st.sampled_from(["hello", "strokes", "ping", "contribution"]),
    st.dictionaries(
        st.sampled_from(["family", "families", "coalesce", "contributor", "drawing", "seq", "width", "strokes", "t"]),
        json_values,
    ),
)
def test_any_json_is_a_message_or_a_protocol_error(kind: str, fields: dict[str, Any]) -> None:
    refusal = ""
    try:
        parse_text(json.dumps({**fields, "type": kind}))
    except ProtocolError as error:
        refusal = encode_error(error)

    assert refusal == "" or json.loads(refusal)["type"] == "error"


def test_a_prediction_is_json_with_five_decimals() -> None:
    prediction = Prediction("softmax", "v1", (0.123456789, 0.9, *(0.0,) * 8))

    reply = json.loads(encode_prediction(prediction, drawing=3, seq=4))

    assert reply == {
        "type": "prediction",
        "drawing": 3,
        "seq": 4,
        "family": "softmax",
        "model": "v1",
        "probabilities": [0.12346, 0.9, *[0] * 8],
        "doubt": 0,
        "unsure": False,
        "settled": False,
        "personal": 0,
    }


def test_a_prediction_carries_doubt_unsure_settled_and_personal() -> None:
    unsure = Prediction("path", "v1", (0.1,) * 10, doubt=0.987654321, unsure=True)
    settled = Prediction("path", "v1", (0.1,) * 10, doubt=1e-9, settled=True, personal=7)

    replies = [json.loads(encode_prediction(one, 1, 1)) for one in (unsure, settled)]

    fields = [(one["doubt"], one["unsure"], one["settled"], one["personal"]) for one in replies]
    assert fields == [(0.98765, True, False, 0), (0, False, True, 7)]


def test_an_error_names_its_snapshot_only_if_known() -> None:
    known = json.loads(encode_error(ProtocolError("bad_frame", "no", 1, 2)))
    unknown = json.loads(encode_error(ProtocolError("bad_json", "no")))

    assert (known["drawing"], known["seq"]) == (1, 2)
    assert unknown == {"type": "error", "code": "bad_json", "message": "no"}
