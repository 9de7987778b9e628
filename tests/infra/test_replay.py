"""The replay, as a program of its own against a real service."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.ink.drawing import Drawing, Point, Stroke, format_drawing
from infra.harness.data.recorded import Take
from infra.replay import player
from tests.real_data import drawings_from
from tests.running import RunningService, free_port, running_service

pytestmark = pytest.mark.server

DRAWINGS = 12


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with running_service(tmp_path_factory.mktemp("replayed") / "var") as running:
        yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawings") / "drawings.ndjson"
    path.write_text("\n".join(map(format_drawing, drawings_from("pendigits-train.ndjson.gz", DRAWINGS))))
    return path


def replay(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.replay", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def table(file: Path, service: RunningService, *arguments: object) -> dict[str, Any]:
    done = replay(file, "--url", service.websocket_url, *arguments)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("message", ["png", "ink20", "path48", "strokes"])
def test_every_stage_of_every_drawing_is_answered(file: Path, service: RunningService, message: str) -> None:
    played = table(file, service, "--as", message)

    assert played["drawings"] == DRAWINGS
    assert len(played["accuracy"]) == 10
    assert played["at_100"] > max(0.5, played["accuracy"][0])
    assert [0 <= share <= 1 for name in ("unsure", "settled") for share in played[name]] == [True] * 20


def test_a_png_and_its_cells_get_the_same_answers(file: Path, service: RunningService) -> None:
    as_png = table(file, service, "--as", "png", "--family", "softmax")
    as_cells = table(file, service, "--as", "ink20", "--family", "softmax")

    assert as_png["accuracy"] == as_cells["accuracy"]
    assert as_png["answered_by"] == as_cells["answered_by"]


def test_a_service_of_an_older_release_has_no_shares_of_doubt() -> None:
    take = Take(Drawing("1", (Stroke((Point(0, 0), Point(9, 9))),), 1), 1, 16)
    older: list[dict[str, Any]] = [
        {"drawing": 0, "seq": n, "family": "path", "model": "v", "probabilities": [0, 1] + [0] * 8} for n in range(10)
    ]
    newer = [{**answer, "unsure": answer["seq"] < 5, "settled": False} for answer in older]

    tables = [player._table([take], answers, "png") for answers in (older, newer)]

    assert [(found["unsure"], found["settled"]) for found in tables] == [
        (None, None),
        ([1.0] * 5 + [0.0] * 5, [0.0] * 10),
    ]


def test_an_unreachable_service_is_reported_in_one_line(file: Path) -> None:
    done = replay(file, "--url", f"ws://127.0.0.1:{free_port()}/ws")

    assert done.returncode == 1
    assert done.stderr.startswith("replay: ws://127.0.0.1:")
    assert "Traceback" not in done.stderr


def test_an_unknown_family_is_reported(file: Path, service: RunningService) -> None:
    done = replay(file, "--url", service.websocket_url, "--family", "nonesuch")

    assert done.returncode == 1
    assert "unknown_family" in done.stderr
