from __future__ import annotations

import numpy as np
import pytest

from collector.ink.raster import draw_strokes, encode_png
from service.http.schemas import PredictedDigit
from tests.service.fakes import SEVEN
from tests.service.serving import Service

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
