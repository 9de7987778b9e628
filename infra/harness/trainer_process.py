"""`midstroke train --watch` as a real process of one's own: started, measured, stopped again."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

STOP_SECONDS = 20.0  # a training that is under way ends at its next batch


class TrainerEnded(RuntimeError):
    """The process is gone; the message has the end of its log."""


class TrainerProcess:
    """A trainer on a `var` of its own."""

    def __init__(self, var: Path, env: Mapping[str, str], families: tuple[str, ...] = ()) -> None:
        self._log = var / "trainer.log"
        command = [sys.executable, "-m", "service", "train", "--watch"]
        for family in families:
            command += ["--family", family]
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                command, env={**os.environ, "MIDSTROKE_VAR": str(var), **env}, stdout=out, stderr=out
            )

    def check(self) -> None:
        if self._process.poll() is not None:
            raise TrainerEnded(f"the trainer ended with {self._process.returncode}:\n{self._log.read_text()[-4000:]}")

    @property
    def megabytes(self) -> float:
        """Resident memory now."""
        return float(psutil.Process(self._process.pid).memory_info().rss) / 1e6

    @property
    def cpu_seconds(self) -> float:
        """Processor time so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def running_trainer(var: Path, env: Mapping[str, str], families: tuple[str, ...] = ()) -> Iterator[TrainerProcess]:
    trainer = TrainerProcess(var, env, families)
    try:
        yield trainer
    finally:
        trainer.stop()
