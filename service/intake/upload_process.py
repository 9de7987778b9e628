"""Starts the uploader's process beside the service, and starts it again whenever it ends or can't be started."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from service.admission.operator import SETTING as OPERATOR_SETTING
from service.paths import spool_file
from service.settings import Settings
from service.threads import running_thread

NOT_ITS_OWN = {OPERATOR_SETTING, "MIDSTROKE_WEBHOOK_URL", "MIDSTROKE_WEBHOOK_SECRET"}  # secrets of others

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between checks that it still runs
FIRST_DELAY_SECONDS = 1.0  # until it is started again
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0  # after a run of this length the delay begins anew
STOP_SECONDS = 3.5  # for the uploads under way; less than the service takes for its own end

Start = Callable[[], "subprocess.Popen[bytes]"]


@contextmanager
def upload_process(settings: Settings, spool: Spool, stop: threading.Event) -> Iterator[None]:
    """Keeps an uploader running until `stop`."""
    supervisor = UploadSupervisor(lambda: _start(settings), spool, stop)
    with running_thread("upload-process", supervisor.run, stop):
        yield


class UploadSupervisor:
    """Runs the process that `start` returns, again and again; notes in the spool why it doesn't run."""

    def __init__(self, start: Start, spool: Spool, stop: threading.Event, first_delay: float = FIRST_DELAY_SECONDS):
        self._start = start
        self._spool = spool
        self._stop = stop
        self._first_delay = first_delay

    def run(self) -> None:
        """Returns after `stop`; never raises."""
        delay = self._first_delay
        while not self._stop.is_set():
            trouble, steady = self._run_once()
            if self._stop.is_set():
                return
            delay = self._first_delay if steady else delay
            log.error("%s; starting it again in %g s", trouble, delay)
            self._note(trouble)
            self._stop.wait(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    def _run_once(self) -> tuple[str, bool]:
        """The reason why the process ended, and whether it ran for long."""
        try:
            process = self._start()
        except Exception as error:  # no descriptor, no process, no memory: all of these pass
            return f"the uploader can't be started: {error}", False
        waited = 0.0
        try:
            while process.poll() is None and not self._stop.wait(LOOK_SECONDS):
                waited += LOOK_SECONDS
            if self._stop.is_set():
                _end(process)
        except Exception as error:
            process.kill()
            return f"the uploader can't be watched: {error}", waited >= STEADY_SECONDS
        finally:
            if process.stdin is not None:
                process.stdin.close()
        return f"the uploader ended with {process.returncode}", waited >= STEADY_SECONDS

    def _note(self, trouble: str) -> None:
        try:
            self._spool.uploads.note_trouble(trouble)
        except SpoolError as error:
            log.warning("the uploader's state was not noted: %s", error)


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    # Its settings are this service's, wherever they come from.
    env = {"MIDSTROKE_VAR": str(settings.var), "MIDSTROKE_STORE": settings.store}
    if settings.s3_endpoint is not None:
        env["MIDSTROKE_S3_ENDPOINT"] = settings.s3_endpoint
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_ITS_OWN}
    logging_settings = {"MIDSTROKE_LOG_LEVEL": settings.log_level, "MIDSTROKE_LOG_FORMAT": settings.log_format}
    return subprocess.Popen(  # noqa: S603 - this Python and a module of our own
        [sys.executable, "-m", "collector.upload.uploader_process", str(spool_file(settings.var))],
        stdin=subprocess.PIPE,  # ends with this process, whatever ends it
        env={**inherited, **env, **logging_settings},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
