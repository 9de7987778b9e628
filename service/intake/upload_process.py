"""Runs `collector/upload/uploader_process.py` beside the service and restarts it when it ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.paths import spool_file
from service.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between checks that it still runs
AGAIN_SECONDS = 1.0  # before a process that ended is restarted
STOP_SECONDS = 3.5  # for uploads in progress; less than the service's own time to stop


@contextmanager
def upload_process(settings: Settings, stop: threading.Event) -> Iterator[None]:
    """Runs the uploader until `stop` is set, restarting it whenever it ends earlier."""
    thread = threading.Thread(target=_keep_running, args=(settings, stop), name="upload-process", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_running(settings: Settings, stop: threading.Event) -> None:
    while not stop.is_set():
        with _start(settings) as process:
            while process.poll() is None and not stop.wait(LOOK_SECONDS):
                pass
            if stop.is_set():
                _end(process)
        if not stop.is_set():
            log.error("the uploader ended with exit code %s; restarting it in %g s", process.returncode, AGAIN_SECONDS)
            stop.wait(AGAIN_SECONDS)


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    # The uploader must use this service's settings, which may not come from the environment.
    env = {"MIDSTROKE_VAR": str(settings.var), "MIDSTROKE_STORE": settings.store}
    if settings.s3_endpoint is not None:
        env["MIDSTROKE_S3_ENDPOINT"] = settings.s3_endpoint
    return subprocess.Popen(  # noqa: S603 - this Python runs a module of ours
        [sys.executable, "-m", "collector.upload.uploader_process", str(spool_file(settings.var))],
        stdin=subprocess.PIPE,  # the uploader ends when this pipe closes, however the service ends
        env={**os.environ, **env, "MIDSTROKE_LOG_LEVEL": settings.log_level},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
