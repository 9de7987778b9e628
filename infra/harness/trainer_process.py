"""`midstroke train --watch` as a real process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from infra.harness.processes import ProcessFailed, end_of, start, stop

STOP_SECONDS = 20.0  # a running training ends at its next batch


class TrainerProcess:
    """A trainer with its own `var`."""

    def __init__(self, var: Path, env: Mapping[str, str], families: Sequence[str] = ()) -> None:
        self._log = var / "trainer.log"
        command = [sys.executable, "-m", "service", "train", "--watch"]
        for family in families:
            command += ["--family", family]
        self.process: subprocess.Popen[bytes] = start(
            command, self._log, {**os.environ, "MIDSTROKE_VAR": str(var), **env}
        )

    def check(self) -> None:
        """Raises:
        ProcessFailed: it has ended.
        """
        if self.process.poll() is not None:
            raise ProcessFailed(f"the trainer ended with {self.process.returncode}:\n{end_of(self._log)}")


@contextlib.contextmanager
def running_trainer(var: Path, env: Mapping[str, str], families: Sequence[str] = ()) -> Iterator[TrainerProcess]:
    trainer = TrainerProcess(var, env, families)
    try:
        yield trainer
    finally:
        stop(trainer.process, STOP_SECONDS)
