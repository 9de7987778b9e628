"""The process group, with real processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow  # starts and kills processes

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60.0  # against a test that hangs; no promise of speed

RUN = """
import json, os, sys
from infra import process_group
process_group.KILL_SECONDS = 1.0
commands = {name: ["sh", "-c", command] for name, command in json.loads(sys.argv[1]).items()}
sys.exit(process_group.run_together(commands, os.environ))
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes together, by name and shell command; what is left of them is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(**commands: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, json.dumps(commands)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(LIMIT_SECONDS)
        if process.stdout:
            process.stdout.close()


def _lives_as(file: Path, then: str = "exec sleep 600") -> str:
    """A command that leaves its process id in `file`."""
    return f"echo $$ >{file}.part; mv {file}.part {file}; {then}"


def _until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(file: Path) -> bool:
    try:
        # A zombie has ended; whoever adopted it has not waited for it yet.
        return bool(psutil.Process(int(file.read_text())).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_the_end_of_one_process_stops_the_other_and_returns_its_code(start: Start, tmp_path: Path):
    stays = tmp_path / "stays"

    process = start(a=_lives_as(stays), b=f"while [ ! -e {stays} ]; do sleep 0.05; done; exit 7")

    assert process.wait(LIMIT_SECONDS) == 7
    assert not _is_alive(stays)


def test_a_process_ended_by_a_signal_gives_a_shells_exit_code(start: Start):
    process = start(a="exec sleep 600", b="kill -9 $$")

    assert process.wait(LIMIT_SECONDS) == 128 + 9


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_both_with_exit_code_0(start: Start, tmp_path: Path, asked: signal.Signals):
    files = [tmp_path / "a", tmp_path / "b"]
    process = start(a=_lives_as(files[0]), b=_lives_as(files[1]))
    _until(lambda: all(file.exists() for file in files))

    process.send_signal(asked)

    assert process.wait(LIMIT_SECONDS) == 0
    assert not any(map(_is_alive, files))


def test_processes_that_ignore_a_signal_are_killed(start: Start, tmp_path: Path):
    files = [tmp_path / "a", tmp_path / "b"]
    deaf = "trap '' TERM; while :; do sleep 0.1; done"
    process = start(a=_lives_as(files[0], deaf), b=_lives_as(files[1], deaf))
    _until(lambda: all(file.exists() for file in files))

    process.terminate()

    assert process.wait(LIMIT_SECONDS) == 0
    assert not any(map(_is_alive, files))


def test_a_closed_output_leaves_nothing_running(start: Start, tmp_path: Path):
    file = tmp_path / "a"
    process = start(a=_lives_as(file, "while :; do echo line; sleep 0.05; done"))
    _until(file.exists)
    assert process.stdout
    process.stdout.close()

    process.send_signal(signal.SIGINT)

    assert process.wait(LIMIT_SECONDS) == 0
    assert not _is_alive(file)


def test_lines_are_prefixed_with_the_name_of_their_process(start: Start):
    process = start(service="echo hello; sleep 0.2", trainer="exec sleep 600")

    output, _ = process.communicate(timeout=LIMIT_SECONDS)

    assert any(line.endswith("service | hello") for line in output.splitlines())


def test_a_killed_group_leaves_no_process_behind(start: Start, tmp_path: Path):
    files = [tmp_path / "a", tmp_path / "b"]
    process = start(a=_lives_as(files[0]), b=_lives_as(files[1], "trap '' TERM; while :; do sleep 0.1; done"))
    _until(lambda: all(file.exists() for file in files))

    process.kill()

    try:
        _until(lambda: not any(map(_is_alive, files)))
    finally:
        for file in files:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(file.read_text()), signal.SIGKILL)


def test_a_line_of_a_megabyte_is_printed_complete(start: Start):
    process = start(a="head -c 1000000 /dev/zero | tr '\\0' x; echo end", b="exec sleep 600")

    output, _ = process.communicate(timeout=LIMIT_SECONDS)

    assert any(line.endswith("xend") and len(line) > 1_000_000 for line in output.splitlines())


def test_a_command_that_does_not_exist_leaves_nothing_running(tmp_path: Path):
    from infra.process_group import run_together

    file = tmp_path / "a"

    with pytest.raises(FileNotFoundError):
        run_together({"a": ["sh", "-c", _lives_as(file)], "b": [str(tmp_path / "none")]}, os.environ)

    assert not file.exists() or not _is_alive(file)
