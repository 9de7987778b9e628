"""The examples of other people's programs run against a service. The Gradio app is run without its page."""

from __future__ import annotations

import json
import re
import runpy
import subprocess

import pytest
from PIL import Image, ImageDraw

from tests.repository import ROOT
from tests.service.serving import Service

EXAMPLES = ROOT / "frontend" / "clients" / "examples"

pytestmark = pytest.mark.unchanged_service


@pytest.fixture
def url(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"http://127.0.0.1:{service.port}"
    monkeypatch.setenv("MIDSTROKE_URL", address)
    return address


def test_the_notebook_runs_from_top_to_bottom(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads((EXAMPLES / "watch.ipynb").read_text())
    names: dict[str, object] = {}

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook

    printed = capsys.readouterr().out
    assert re.search(r"^5 path 7 ", printed, re.MULTILINE)
    assert "####" in printed


def test_the_gradio_app_reads_a_picture(url: str) -> None:
    picture = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(picture).line([(90, 70), (210, 70), (130, 240)], "black", 10)
    app = runpy.run_path(str(EXAMPLES / "gradio_app.py"))

    read = app["read_picture"](picture)

    assert max(read, key=read.__getitem__) == "7"


def test_curl_asks_about_two_drawings_in_one_call(url: str) -> None:
    ended = subprocess.run([EXAMPLES / "curl.sh"], capture_output=True, text=True, check=True)

    assert [each["digit"] for each in json.loads(ended.stdout)["predictions"]] == [7, 1]


def test_the_form_loads_what_the_service_serves(service: Service) -> None:
    form = (EXAMPLES / "form.html").read_text()
    scripts = re.findall(r'src="http://127.0.0.1:8000(/[^"]+)"', form)

    assert scripts
    assert all(service.call("GET", script).status == 200 for script in scripts)
    assert "<midstroke-canvas name=" in form
