"""`make run`: the service and the trainer, with MinIO on request, until one of them ends."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from collector.settings import describe_bad_setting
from infra.go_tools import GoBuildFailed
from infra.harness.processes import ProcessFailed
from infra.process_group import run_together
from infra.servers.minio import kept_credentials, minio_binary, running_minio
from service.network.listener import CannotListen, bind
from service.settings import Settings

BUCKET = "midstroke"
MAKE_BUCKET = (
    "import os; from collector.storage.s3_store import S3Store; "
    f"S3Store({BUCKET!r}, os.environ['MIDSTROKE_S3_ENDPOINT']).make_bucket()"
)


class CannotRun(Exception):
    """Something that the processes need is missing; the message is for the user."""


def main() -> int:
    """Runs until a process ends or a signal comes; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.run", description=__doc__)
    parser.add_argument("--store", choices=("folder", "minio"), default="folder", help="where drawings are stored")
    store = parser.parse_args().store
    # `run_together` has handlers of its own; before and after it a signal must unwind as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return _run(store)
    except KeyboardInterrupt:
        return 0
    except (CannotRun, CannotListen) as error:
        print(f"midstroke: {error}", file=sys.stderr)
        return 1


def _run(store: str) -> int:
    settings = _settings()
    # Tried before anything starts: the reason would be lost among the lines of two processes.
    bind(settings.host, settings.port).close()
    with contextlib.ExitStack() as until_all_ended:
        more = until_all_ended.enter_context(_minio(settings.var)) if store == "minio" else {}
        commands = {
            "service": [sys.executable, "-m", "service", "serve"],
            "trainer": [sys.executable, "-m", "service", "train", "--watch"],
        }
        # Python buffers what it writes to a pipe, which would delay lines by minutes.
        return run_together(commands, {**os.environ, "PYTHONUNBUFFERED": "1", **more})


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        raise CannotRun(describe_bad_setting(error)) from error


@contextlib.contextmanager
def _minio(var: Path) -> Iterator[Mapping[str, str]]:
    """A MinIO with its bucket; yields the environment with which others reach it."""
    try:
        binary = minio_binary()
        if binary is None:
            raise CannotRun("MinIO is built from source with Go 1.24 or later, and there is no `go` on the path")
        with running_minio(binary, var / "minio", var / "minio.log", kept_credentials(var / "minio.env")) as server:
            env = {"MIDSTROKE_STORE": f"s3://{BUCKET}", **server.environment}
            _make_bucket(env)
            print(f"MinIO stores the drawings in {var / 'minio'} and answers at {server.endpoint}", flush=True)
            yield env
    except (GoBuildFailed, ProcessFailed) as error:
        raise CannotRun(f"no MinIO: {error}") from error


def _make_bucket(env: Mapping[str, str]) -> None:
    # In a process of its own: boto3 reads its credentials from the environment, and this one's is not changed.
    done = subprocess.run(
        [sys.executable, "-c", MAKE_BUCKET], env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CannotRun(f"no bucket in MinIO: {done.stderr.strip().splitlines()[-1]}")


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
