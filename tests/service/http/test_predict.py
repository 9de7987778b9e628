from __future__ import annotations

import numpy as np
import pytest

from collector.ink.raster import draw_strokes, encode_png
from service.http.schemas import PredictedDigit
from tests.service.fakes import SEVEN
from tests.service.serving import Service

PICTURE = encode_png(draw_strokes(SEVEN))


def test_a_picture_is_classified(service: Service) -> None:
    answer = service.call("POST", "/predict", PICTURE, content_type="image/png")

    prediction = PredictedDigit.model_validate(answer.json)
    assert answer.status == 200
    assert prediction.digit == prediction.probabilities.index(max(prediction.probabilities))
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-3)


def test_light_ink_on_dark_paper_gives_the_same_prediction(service: Service) -> None:
    negative = encode_png((255 - draw_strokes(SEVEN)).astype(np.uint8))

    dark = service.call("POST", "/predict", PICTURE, content_type="image/png")
    light = service.call("POST", "/predict", negative, content_type="image/png")

    assert dark.json == light.json
