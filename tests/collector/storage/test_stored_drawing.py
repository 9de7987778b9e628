"""A stored drawing is written as `docs/layout.md` shows it, and reads back the same."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest

from collector.contribution.consent import CONSENT_VERSION
from collector.contribution.contributor import stored_use, use_of
from collector.storage.stored_drawing import BadStoredDrawing, parse_stored_drawing, to_stored
from tests.collector.contributions import STAGES, STROKE, TOKEN, make_contribution

ANN = "a" * 32
NOON = datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)
ID = "0b8f9a3e-6c1d-4f5a-9b7e-2d3c4b5a6978"
STORED = to_stored(make_contribution(id=ID), ANN, "page", NOON)


def test_the_form_is_the_one_that_is_written_down() -> None:
    record = json.loads(STORED.to_json())

    samples = record.pop("samples")
    assert record == {
        "format": 1,
        "drawing": ID,
        "label": 7,
        "contributor": ANN,
        "use": stored_use(use_of(ANN)),
        "received_at": "2026-11-21T12:00:00.123Z",
        "consent": CONSENT_VERSION,
        "licence": "CC BY 4.0",
        "width": 40,
        "height": 40,
        "pen_width": 3,
        "pointer": "pen",
        "source": "page",
        "strokes": [[[5, 5, 0], [20.5, 30, 16], [35, 35, 40]]],
    }
    assert len(samples) == 8
    assert samples[0] == {
        "step": 0,
        "ink": 0.125,
        "key": f"samples/v1/7/{ID}/00_7.png",
        "sha256": hashlib.sha256(STAGES[0]).hexdigest(),
    }


def test_it_reads_back_the_same() -> None:
    assert parse_stored_drawing(STORED.to_json()) == STORED


def test_the_token_is_not_in_it() -> None:
    assert TOKEN.encode() not in STORED.to_json()


def test_the_drawing_alone_has_its_contributor_for_a_writer() -> None:
    drawing = STORED.drawing

    assert (drawing.id, drawing.label, drawing.writer, drawing.source) == (ID, 7, ANN, "page")
    assert drawing.strokes == (STROKE,)


@pytest.mark.parametrize("field", sorted(json.loads(STORED.to_json())))
def test_a_stored_drawing_without_one_of_its_fields_is_refused(field: str) -> None:
    record = json.loads(STORED.to_json())
    del record[field]

    with pytest.raises(BadStoredDrawing, match=field):
        parse_stored_drawing(json.dumps(record).encode())


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"drawing": "../x"}, {"use": "fun"}, {"strokes": []}, {"samples": [1]}, {"received_at": 5}],
)
def test_a_field_of_the_wrong_form_is_refused(change: dict[str, object]) -> None:
    body = json.dumps(json.loads(STORED.to_json()) | change).encode()

    with pytest.raises(BadStoredDrawing):
        parse_stored_drawing(body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 100_000])
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(BadStoredDrawing):
        parse_stored_drawing(body)


def test_the_prompts_probability_is_stored_where_it_was_sent() -> None:
    asked = to_stored(make_contribution(prompt_probability=0.12), ANN, "page", NOON)

    assert json.loads(asked.to_json())["prompt_probability"] == 0.12
    assert parse_stored_drawing(asked.to_json()) == asked
    assert parse_stored_drawing(STORED.to_json()).prompt_probability is None  # as of releases before 0.3.0
