"""`go install` at pinned versions; a script stands in for Go, which would take minutes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from infra.go_tools import GoBuildFailed, GoTool, NoSuchTool, built, main, pinned

TOOL = GoTool("minio", "example.org/minio", "v1.2.3")
A_BUILD = 'echo "$@" >>"$BUILDS"; sleep 0.2; echo binary >"$GOBIN/minio"'


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which each call of the script that is `go` leaves a line."""
    monkeypatch.setenv("BUILDS", str(tmp_path / "builds"))
    _become_go(tmp_path / "path", monkeypatch, A_BUILD)
    return tmp_path / "builds"


def _become_go(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir(exist_ok=True)
    go = folder / "go"
    go.write_text(f"#!/bin/sh\n{script}\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")


def test_the_servers_are_pinned_to_whole_versions():
    tools = [pinned("minio"), pinned("toxiproxy"), pinned("compose")]

    assert all(tool.version.startswith("v") and tool.version.count(".") == 2 for tool in tools)
    assert tools[0].pin == f"github.com/minio/minio@{tools[0].version}"


def test_a_name_without_a_pin_is_an_error_that_lists_those_with_one():
    with pytest.raises(NoSuchTool, match=r"'mino' is not in go_tools\.txt, which has minio, toxiproxy"):
        pinned("mino")


def test_a_missing_tool_is_built_at_its_pin_and_named_by_it(tmp_path: Path, builds: Path):
    binary = built(TOOL, tmp_path / "bin")

    assert binary == tmp_path / "bin" / "minio-v1.2.3"
    assert binary.read_text() == "binary\n"
    assert builds.read_text().split()[-1] == "example.org/minio@v1.2.3"


def test_a_tool_that_is_there_is_not_built_again(tmp_path: Path, builds: Path):
    built(TOOL, tmp_path / "bin")

    built(TOOL, tmp_path / "bin")

    assert len(builds.read_text().splitlines()) == 1


def test_two_who_want_it_at_once_build_it_once(tmp_path: Path, builds: Path):
    found: list[Path | None] = []
    threads = [threading.Thread(target=lambda: found.append(built(TOOL, tmp_path / "bin"))) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [tmp_path / "bin" / "minio-v1.2.3"] * 3
    assert len(builds.read_text().splitlines()) == 1


def test_without_go_there_is_no_binary_and_the_command_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("infra.go_tools.built", lambda tool: built(tool, tmp_path / "bin"))

    code = main(["minio"])

    assert built(TOOL, tmp_path / "bin") is None
    assert (code, capsys.readouterr().err) == (1, "minio is built with Go, and there is no `go` on the path\n")


def test_a_failed_build_reports_gos_error_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = "go: example.org/minio@v1.2.3 requires go >= 1.24.0 (running go 1.19.8)"
    _become_go(tmp_path / "path", monkeypatch, f'echo half >"$GOBIN/minio"; echo "{said}" >&2; exit 1')

    with pytest.raises(GoBuildFailed, match=r"requires go >= 1\.24\.0"):
        built(TOOL, tmp_path / "bin")

    assert [path.suffix for path in (tmp_path / "bin").iterdir()] == [".lock"]
