"""The folder of an export: takes whole files alone, and is never any other folder.

Files are written under names that begin with `~` and get their own names when all are complete. `export.json` marks
the folder: put first as unfinished, and replaced last.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

MANIFEST = "export.json"
FORMAT = 1
UNFINISHED = re.compile(r"~[0-9a-f]{16}")
FILE_NAME = re.compile(r"[a-z][a-z0-9]{0,20}(-[0-9]{5})?\.[a-z]{3,8}")
MANIFEST_BYTES_MAX = 64 * 2**20


class NoExport(ValueError):
    """The folder can't take this export; the message says why."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A complete file under its unfinished name."""

    name: str
    unfinished: Path
    bytes: int
    sha256: str


class ExportFolder:
    """A folder that this process alone exports to; made by `opened`."""

    def __init__(self, path: Path, found: dict[str, Any] | None) -> None:
        self._path = path
        self.manifest = found if found is not None and found["complete"] else None  # of the export to bring up to date
        self._former = set() if found is None else _names(found)
        self._written: list[WrittenFile] = []

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """A new file, on disk when the block ends."""
        unfinished = self._path / f"~{secrets.token_hex(8)}"
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        self._written.append(WrittenFile(name, unfinished, *_measure(unfinished)))

    @property
    def written(self) -> tuple[WrittenFile, ...]:
        return tuple(self._written)

    def begin(self, record: dict[str, Any]) -> None:
        """Marks a new folder as an unfinished export of this kind; an export that is there stays as it is."""
        if self.manifest is None:
            self._put_manifest({"format": FORMAT, "complete": False, **record, "files": []})

    def finish(self, record: dict[str, Any]) -> None:
        """Gives all files their names, removes those of the former export, and writes the manifest."""
        names = {written.name for written in self._written}
        # Killed from here on, the next export or refresh knows every file that may be there.
        union = [{"name": name} for name in sorted(names | self._former)]
        self._put_manifest({"format": FORMAT, "complete": self.manifest is not None, **record, "files": union})
        for written in self._written:
            written.unfinished.replace(self._path / written.name)
        for name in self._former - names:
            (self._path / name).unlink(missing_ok=True)
        in_order = sorted(self._written, key=lambda each: each.name)
        files = [{"name": each.name, "bytes": each.bytes, "sha256": each.sha256} for each in in_order]
        self._put_manifest({"format": FORMAT, "complete": True, **record, "files": files})

    def check_files(self) -> None:
        """Returns if all files of the export are as it wrote them.

        Raises:
            NoExport: one is missing or was changed.
        """
        for each in (self.manifest or {})["files"]:
            path = self._path / str(each["name"])
            if not path.is_file() or _measure(path) != (each.get("bytes"), each.get("sha256")):
                raise NoExport(f"{path} is not as the export wrote it; export again")

    def give_up(self) -> None:
        """Removes unfinished files and, where there was no export before, all others of this one."""
        _sweep(self._path)
        if self.manifest is None:
            for name in (*self._former, *(each.name for each in self._written), MANIFEST):
                (self._path / name).unlink(missing_ok=True)

    def _put_manifest(self, record: dict[str, Any]) -> None:
        unfinished = self._path / f"~{secrets.token_hex(8)}"
        with unfinished.open("xb") as file:
            file.write(json.dumps(record, indent=1, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path / MANIFEST)


@contextmanager
def opened(path: Path, *, refresh: bool) -> Iterator[ExportFolder]:
    """The folder, for one export or one refresh; leaves no unfinished file behind, whatever ends it.

    Raises:
        NoExport: it is no export, or one already, or another process is exporting to it.
        OSError: it can't be read or written.
    """
    found = _check(path, refresh=refresh)
    made = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        _sweep(path)
        folder = ExportFolder(path, found)
        try:
            yield folder
        except BaseException:
            folder.give_up()
            if made:
                with contextlib.suppress(OSError):  # something else was put there
                    path.rmdir()
            raise


def _check(path: Path, *, refresh: bool) -> dict[str, Any] | None:
    """The manifest of the export that is there, finished or not; None for a folder that is missing or empty."""
    if path.exists() and not path.is_dir():
        raise NoExport(f"{path} is a file, expected a folder")
    names = {each.name for each in path.iterdir()} if path.exists() else set()
    if MANIFEST not in names:
        if refresh:
            raise NoExport(f"{path} is not an export: it has no {MANIFEST}")
        if any(not UNFINISHED.fullmatch(name) for name in names):
            raise NoExport(f"{path} is not empty and not an export; name a new folder")
        return None
    manifest = _read_manifest(path / MANIFEST)
    if manifest["complete"] and not refresh:
        raise NoExport(f"{path} is an export already; --refresh brings it up to date")
    if not manifest["complete"] and refresh:
        raise NoExport(f"{path} is an export that was never finished; export to it again")
    return manifest


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MANIFEST_BYTES_MAX:
            raise NoExport(f"{path} has {path.stat().st_size} bytes, at most {MANIFEST_BYTES_MAX}")
        record = json.loads(path.read_bytes())
        if record["format"] != FORMAT or not isinstance(record["complete"], bool):
            raise NoExport(f"{path} has format {record['format']!r:.40}, expected {FORMAT}")
        for name in _names(record):
            # Names become paths that are removed: a manifest that somebody else wrote must not lead out of the folder.
            if not FILE_NAME.fullmatch(name):
                raise NoExport(f"{path} names the file {name!r:.80}, expected one of an export")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, NoExport):
            raise
        raise NoExport(f"{path} is damaged: {type(error).__name__}: {error!s:.200}") from error
    return dict(record)


def _names(manifest: dict[str, Any]) -> set[str]:
    return {str(file["name"]) for file in manifest["files"]}


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise NoExport(f"another process is exporting to {path}") from error
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.EBADF):
            os.close(descriptor)
            raise  # network shares without locks go on without one
    try:
        yield
    finally:
        os.close(descriptor)


def _sweep(path: Path) -> None:
    """Removes unfinished files, of a killed export too: nobody else writes here."""
    for each in path.iterdir():
        if UNFINISHED.fullmatch(each.name):
            each.unlink(missing_ok=True)


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return file.tell(), digest.hexdigest()
