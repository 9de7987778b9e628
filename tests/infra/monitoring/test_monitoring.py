"""The dashboard and the alert rules: valid, about metrics that exist, and scraped by a real Prometheus."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.sync.client import connect

from infra.harness.processes import free_port, start, stop
from infra.harness.service_process import RunningService
from tests.nginx import require
from tests.repository import ROOT
from tests.running import running_service

FOLDER = ROOT / "infra" / "monitoring"
SECONDS = 60.0  # a bound for a busy machine, not a promise
METRIC = re.compile(r"\bmidstroke_[a-z_]+")

STROKES = {
    "type": "strokes",
    "drawing": 1,
    "width": 500,
    "height": 500,
    "strokes": [[[150, 120], [350, 120], [220, 400]]],
}


def dashboard() -> Any:
    return json.loads((FOLDER / "dashboard.json").read_text())


def expressions() -> list[str]:
    shown = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [*shown, *(rule["expr"] for group in groups for rule in group["rules"])]


@pytest.mark.server
@pytest.mark.parametrize(
    "command",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_accepts(command: tuple[str, ...]) -> None:
    ended = subprocess.run([require("promtool"), *command], cwd=FOLDER, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_panels_have_a_place_of_their_own() -> None:
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in dashboard()["panels"]]

    assert len(set(places)) == len(places)
    assert all(x + 8 <= 24 for x, _ in places)


@pytest.mark.server
@pytest.mark.slow
def test_a_real_prometheus_scrapes_a_real_run_of_two_workers(tmp_path: Path) -> None:
    require("prometheus")
    with running_service(tmp_path / "var", env={"MIDSTROKE_WORKERS": "2", "MIDSTROKE_STORE": "memory"}) as service:
        answered = sum(predict_on_a_new_socket(service) for _ in range(12))
        # What one scrape shows must not depend on the worker that answers it.
        totals = {predictions_of(service) for _ in range(8)}
        with prometheus(tmp_path, service.port) as query:
            scraped = wait_for(lambda: query("sum(midstroke_predictions_total)"))
            names = {series["metric"]["__name__"] for series in query('{job="midstroke"}')}
            failing = [e for e in expressions() if not query_works(query, e)]
            firing = query('ALERTS{alertname="MidstrokeDown"}')

    assert totals == {float(answered)}
    assert float(scraped[0]["value"][1]) == answered
    assert set(METRIC.findall(" ".join(expressions()))) <= names | {"midstroke_last_training"}
    assert failing == []
    assert firing == []


def predict_on_a_new_socket(service: RunningService) -> int:
    with connect(service.websocket_url) as socket:
        socket.recv(SECONDS)
        for seq in range(5):
            socket.send(json.dumps({**STROKES, "seq": seq}))
            assert json.loads(socket.recv(SECONDS))["type"] == "prediction"
    return 5


def predictions_of(service: RunningService) -> float:
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=SECONDS) as answer:
        text = answer.read().decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("midstroke_predictions_total{"))


class prometheus:  # noqa: N801 - used as a function
    """Runs Prometheus on the repository's configuration, which scrapes the service; gives a call that queries it."""

    def __init__(self, folder: Path, target: int) -> None:
        self._port = free_port()
        shutil.copy(FOLDER / "alerts.yml", folder)
        config = (FOLDER / "prometheus.yml").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{target}")
        (folder / "prometheus.yml").write_text(config.replace("15s", "1s"))
        command = [
            require("prometheus"),
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/tsdb",
            f"--web.listen-address=127.0.0.1:{self._port}",
        ]
        self._process = start(command, folder / "prometheus.log")

    def __enter__(self) -> Callable[[str], list[Any]]:
        return self._query

    def __exit__(self, *_: object) -> None:
        stop(self._process)

    def _query(self, expression: str) -> list[Any]:
        asked = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/api/v1/query?{asked}", timeout=SECONDS) as answer:
            found: list[Any] = json.load(answer)["data"]["result"]
            return found


def query_works(query: Callable[[str], list[Any]], expression: str) -> bool:
    try:
        query(expression.replace("$__rate_interval", "1m").replace("$instance", ".*"))
    except urllib.error.HTTPError as error:
        error.close()
        return False
    return True


def wait_for(look: Callable[[], list[Any]]) -> list[Any]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except OSError:
            pass  # it starts
        time.sleep(0.1)
    pytest.fail(f"Prometheus has nothing after {SECONDS:g} s")
