"""A peer: Gradio's Sketchpad in a live interface, which predicts at each change.

python -m infra.bench.peers.gradio_sketchpad PORT WEIGHTS
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import gradio  # type: ignore[import-not-found]  # it has an environment of its own
import numpy as np

from infra.bench.peers.regression import features_of_canvas, read_weights

AT_A_TIME = 8  # by default 1, with which eight clients would wait for each other


def make_interface(weights: Path) -> Any:
    kernel, bias = read_weights(weights)

    def predict(sketch: dict[str, Any]) -> dict[str, float]:
        # In numpy: the request is measured, not a library for larger models.
        exps = np.exp(features_of_canvas(sketch["composite"])[0] @ kernel + bias)
        return {str(digit): float(p) for digit, p in enumerate(exps / exps.sum())}

    sheet = gradio.Sketchpad(image_mode="L", canvas_size=(500, 500))
    return gradio.Interface(predict, sheet, gradio.Label(), live=True, flagging_mode="never", api_name="predict")


if __name__ == "__main__":
    interface = make_interface(Path(sys.argv[2])).queue(default_concurrency_limit=AT_A_TIME)
    interface.launch(server_port=int(sys.argv[1]), quiet=True)
