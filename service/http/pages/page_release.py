"""Names the release of the page: its files and a hash of them all, by which a browser keeps it as a whole."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

RELEASE = "page.json"
INDEX = "index.html"
# What the page needs without a connection: nothing for operators or for pages of other origins.
KEPT = re.compile(r"index\.html|favicon\.(?:svg|ico)|manifest\.webmanifest|(?:css|img|js(?!/operator/|/embed/))/.+")
LOOK_SECONDS = 1.0  # an edited file is another release within this; looking costs a few ms
Written = tuple[tuple[str, int, int], ...]


class PageRelease:
    """The hash of what the page's files are served as, computed again when one of them was written."""

    def __init__(
        self,
        folder: Path,
        made: Callable[[], list[str]],
        read: Callable[[str], bytes | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`made` lists the files that are in no folder, and `read` gives each as it is served, None if it is not."""
        self._folder = folder
        self._made = made
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()  # requests are answered in threads
        self._look_at = float("-inf")
        self._written: Written | None = None
        self._version = ""
        self._encoded = b""

    @property
    def version(self) -> str:
        """Names this release."""
        self._look()
        return self._version

    @property
    def encoded(self) -> bytes:
        """`{"version": ..., "files": [...]}`; the page itself is the file ""."""
        self._look()
        return self._encoded

    def _look(self) -> None:
        with self._lock:
            if self._clock() < self._look_at:
                return
            written = tuple(self._files())
            if written != self._written:
                self._make([path for path, _, _ in written if KEPT.fullmatch(path)])
                self._written = written
            self._look_at = self._clock() + LOOK_SECONDS

    def _make(self, files: list[str]) -> None:
        whole = hashlib.sha256()
        listed = []
        for path in sorted([*files, *self._made()]):
            if (body := self._read(path)) is None:
                continue
            whole.update(path.encode() + b"\0" + hashlib.sha256(body).digest())
            listed.append("" if path == INDEX else path)
        self._version = whole.hexdigest()[:20]
        self._encoded = json.dumps({"version": self._version, "files": listed}).encode()

    def _files(self) -> Iterator[tuple[str, int, int]]:
        """Each file with when it was written, and its size."""
        for path in sorted(self._folder.rglob("*.*")):
            try:
                written = path.stat()
            except FileNotFoundError:  # it has just been deleted
                continue
            yield path.relative_to(self._folder).as_posix(), written.st_mtime_ns, written.st_size
