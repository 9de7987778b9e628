from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from collector.ink.raster import draw_strokes, encode_png
from service.http.schemas import DRAWINGS_MAX, PredictedDigit
from tests.service.fakes import SEVEN
from tests.service.serving import Answer, Service

PICTURE = encode_png(draw_strokes(SEVEN))


pytestmark = pytest.mark.unchanged_service


def test_a_picture_is_classified(service: Service) -> None:
    answer = service.call("POST", "/predict", PICTURE, content_type="image/png")

    prediction = PredictedDigit.model_validate(answer.json)
    assert answer.status == 200
    assert prediction.digit == prediction.probabilities.index(max(prediction.probabilities))
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("family", ["cnn", "softmax", "original"])
def test_every_family_says_how_far_to_rely_on_its_answer(service: Service, family: str) -> None:
    answer = service.call("POST", f"/predict?family={family}", PICTURE, content_type="image/png").json

    assert answer["family"] == family
    assert 0 <= answer["doubt"] <= 1
    assert (type(answer["unsure"]), type(answer["settled"]), answer["personal"]) == (bool, bool, 0)


def test_a_picture_without_ink_has_no_doubt(service: Service) -> None:
    blank = encode_png(np.full((500, 500), 255, np.uint8))

    answer = service.call("POST", "/predict", blank, content_type="image/png").json

    assert answer["probabilities"] == [0.1] * 10
    assert (answer["doubt"], answer["unsure"], answer["settled"], answer["personal"]) == (0, False, False, 0)


def test_light_ink_on_dark_paper_gives_the_same_prediction(service: Service) -> None:
    negative = encode_png((255 - draw_strokes(SEVEN)).astype(np.uint8))

    dark = service.call("POST", "/predict", PICTURE, content_type="image/png")
    light = service.call("POST", "/predict", negative, content_type="image/png")

    assert dark.json == light.json


# Strokes as JSON

STROKES = [[[150, 120], [350, 120], [220, 400]]]


def ask(service: Service, body: Any, query: str = "") -> Answer:
    return service.call("POST", f"/predict{query}", json.dumps(body).encode(), content_type="application/json")


def test_strokes_are_classified_by_the_best_model(service: Service) -> None:
    answer = ask(service, {"strokes": STROKES})

    assert answer.status == 200
    assert answer.json["family"] == service.live.current.cards[0].family
    assert answer.json["digit"] == 7


def test_many_drawings_are_answered_in_one_call_in_their_order(service: Service) -> None:
    drawings = [{"strokes": STROKES}, {"strokes": [[[250, 80], [250, 420]]]}]

    answers = ask(service, {"drawings": drawings}).json["predictions"]

    assert [answer["digit"] for answer in answers] == [7, 1]
    assert answers[0] == ask(service, drawings[0]).json


def test_a_wrong_drawing_gets_its_error_and_the_others_their_answers(service: Service) -> None:
    drawings = [{"strokes": STROKES}, {"strokes": [[["a", 1]]]}, "seven", {}, {"strokes": STROKES, "width": 0}]

    answer = ask(service, {"drawings": drawings})

    first, *wrong = answer.json["predictions"]
    assert answer.status == 200
    assert first["digit"] == 7
    assert [set(each) for each in wrong] == [{"error"}] * 4
    assert all(each["error"]["code"] == "bad_snapshot" and each["error"]["message"] for each in wrong)


@pytest.mark.parametrize("family", ["cnn", "softmax", "path", "original"])
def test_every_family_reads_strokes(service: Service, family: str) -> None:
    answer = ask(service, {"strokes": STROKES, "width": 500, "height": 500}, f"?family={family}").json

    assert answer["family"] == family


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "strokes missing"),
        ({"drawings": []}, "expected a list of drawings"),
        ({"drawings": {"strokes": STROKES}}, "expected a list of drawings"),
        ({"drawings": [{"strokes": STROKES}] * (DRAWINGS_MAX + 1)}, f"expected at most {DRAWINGS_MAX}"),
        ({"strokes": [[[1, 1]] * 9000]}, "expected at most"),
        ([1, 2], "expected an object"),
    ],
)
def test_a_wrong_body_is_refused_in_words(service: Service, body: Any, expected: str) -> None:
    answer = ask(service, body)

    assert answer.status == 422
    assert expected in answer.json["message"]


def test_another_content_type_is_refused_by_naming_both(service: Service) -> None:
    answer = service.call("POST", "/predict", b"7", content_type="text/plain")

    assert answer.status == 415
    assert answer.json["message"] == "content type 'text/plain', expected image/png or application/json"


def test_the_largest_call_is_answered(service: Service) -> None:
    answer = ask(service, {"drawings": [{"strokes": STROKES}] * DRAWINGS_MAX}, "?family=path")

    assert len(answer.json["predictions"]) == DRAWINGS_MAX
