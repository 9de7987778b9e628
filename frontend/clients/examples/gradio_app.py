"""A Gradio app beside a service: python frontend/clients/examples/gradio_app.py. Needs gradio and midstroke_client."""

from __future__ import annotations

import io
import json
import os
import urllib.request
from typing import Any

URL = os.environ.get("MIDSTROKE_URL", "http://127.0.0.1:8000")


def read_picture(picture: Any) -> dict[str, float]:
    """The probability of each digit in a Pillow picture."""
    png = io.BytesIO()
    picture.convert("L").save(png, "PNG")
    request = urllib.request.Request(f"{URL}/predict", png.getvalue(), {"Content-Type": "image/png"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the operator's own address
        probabilities = json.load(answer)["probabilities"]
    return {str(digit): probability for digit, probability in enumerate(probabilities)}


def build_app() -> Any:
    """A sketchpad, read at each change."""
    import gradio  # noqa: PLC0415 - only where the app runs

    def read_sketch(sketch: dict[str, Any]) -> dict[str, float]:
        from PIL import Image  # noqa: PLC0415 - comes with gradio

        layer = sketch["composite"]
        paper = Image.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer.convert("RGBA"))
        return read_picture(paper)

    with gradio.Blocks(title="Midstroke") as app:
        pad = gradio.Sketchpad(type="pil", label="Draw a digit")
        guess = gradio.Label(num_top_classes=3)
        pad.change(read_sketch, pad, guess, show_progress="hidden")
    return app


if __name__ == "__main__":
    build_app().launch()
