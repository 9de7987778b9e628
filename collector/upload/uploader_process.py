"""The uploader as a process of its own, started by the service: python -m collector.upload.uploader_process SPOOL.

Beside the event loop, in one interpreter, uploads would make every prediction wait for its turn. It runs until its
standard input ends, which happens however the process ends that started it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.settings import StoreSettings, open_store
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.upload.uploader import Uploader

log = logging.getLogger(__name__)

NICE = 5  # predictions are waited for, uploads are not
LAST_SECONDS = 4.0  # for the drawings that are on their way when it is told to stop; they are taken up again later


def main(spool_file: Path) -> None:
    """Uploads what is in the spool to the store that the environment names."""
    # A Ctrl-C or a service manager's SIGTERM reaches the whole group; when to stop is the service's to say.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    stop = threading.Event()
    threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    with _alone(spool_file):
        # One that had to wait for another to end may have been told to stop meanwhile.
        if not stop.is_set():
            _upload(spool_file, stop)


def _upload(spool_file: Path, stop: threading.Event) -> None:
    settings = StoreSettings()
    store = open_store(settings)
    if isinstance(store, FolderStore):
        store.sweep()
    spool = Spool(spool_file)
    Uploader(spool, store).run(stop)
    spool.close()


def _stop_with_input(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()
    threading.Timer(LAST_SECONDS, os._exit, (0,)).start()


@contextmanager
def _alone(spool_file: Path) -> Iterator[None]:
    """Waits for the uploader of a service that was killed: two at once would put what the other has just removed."""
    with spool_file.with_suffix(".uploading").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    logging.basicConfig(
        level=os.environ.get("MIDSTROKE_LOG_LEVEL", "info").upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("botocore").setLevel(logging.WARNING)  # at `info` it tells of every way to find credentials
    main(Path(sys.argv[1]))
