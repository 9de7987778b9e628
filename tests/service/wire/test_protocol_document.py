"""`docs/protocol.md` agrees with the service: codes, encodings, limits, calls."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from service.wire.protocol import FRAME_ENCODINGS, HEADER, PAYLOAD_BYTES, SUBPROTOCOL, CloseCode, ErrorCode
from tests.service.serving import Service, receive

DOCUMENT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text()


pytestmark = pytest.mark.unchanged_service


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title}"
    return found[1]


def example(kind: str) -> Any:
    """The JSON block that shows this message."""
    blocks = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    return next(json.loads(block) for block in blocks if f'"type": "{kind}"' in block)


def test_the_document_names_this_protocol() -> None:
    assert DOCUMENT.startswith(f"# The wire: `{SUBPROTOCOL}`")


def test_the_documented_error_codes_are_complete() -> None:
    codes = re.search(r"^Error codes: (.*)$", DOCUMENT, re.MULTILINE)

    assert codes
    assert set(re.findall(r"`(\w+)`", codes[1])) == set(get_args(ErrorCode))


def test_the_documented_close_codes_are_complete() -> None:
    own = {int(code) for code in re.findall(r"^\| (4\d{3}) \|", section("Close codes"), re.MULTILINE)}

    assert own == {int(code) for code in CloseCode}


def test_the_documented_frame_is_the_parsed_one() -> None:
    snapshots = section("Snapshots")
    offsets = [int(offset) for offset in re.findall(r"^\| (\d+) \| (?:u|\.)", snapshots, re.MULTILINE)]
    encodings = dict(re.findall(r"(\d) `([\w/]+)`", snapshots.split("| 2 | u16")[0]))
    sizes = re.search(r"payload: (\d+), (\d+), any, (\d+) and (\d+) bytes", snapshots)

    assert offsets[-1] == HEADER.size
    assert {int(number): name for number, name in encodings.items()} == FRAME_ENCODINGS
    assert sizes
    assert [int(size) for size in sizes.groups()] == list(PAYLOAD_BYTES.values())


def shape(value: Any) -> Any:
    """Names of fields, without what they hold."""
    return {name: shape(part) for name, part in value.items()} if isinstance(value, dict) else None


def test_the_documented_welcome_has_the_fields_and_limits_of_a_real_one(service: Service) -> None:
    with service.connect() as socket:
        welcome = receive(socket)

    shown = example("welcome")
    assert set(welcome) == set(shown)
    assert welcome["limits"] == shown["limits"]
    assert shape(welcome["models"][0]) == shape(shown["models"][0])
    assert shape(welcome["contributions"]) == shape(shown["contributions"])


def test_the_documented_prediction_has_the_fields_of_a_real_one(service: Service) -> None:
    shown = example("prediction")
    strokes = {"type": "strokes", "drawing": 1, "seq": 5, "width": 500, "height": 500, "strokes": [[[9, 9], [99, 99]]]}
    with service.connect() as socket:
        receive(socket)
        socket.send(json.dumps(strokes))
        prediction = receive(socket)

    assert set(prediction) == set(shown)
    assert (prediction["drawing"], prediction["seq"]) == (shown["drawing"], shown["seq"])


@pytest.mark.parametrize("listed", ["documented", "served"])
def test_the_documented_calls_are_those_of_openapi(service: Service, listed: str) -> None:
    schema = service.call("GET", "/openapi.json").json
    served = {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    documented = set(re.findall(r"^\| `((?:GET|POST|DELETE) [^`\s]+)`", section("HTTP"), re.MULTILINE))

    apart = documented - served if listed == "documented" else served - documented

    # Pages for people, not calls of programs.
    assert apart - {"GET /docs", "GET /"} == set()
