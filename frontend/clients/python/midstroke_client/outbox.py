"""Keeps contributions in a file until the service has answered them, so that a restart loses none."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

FORMAT = 1
RECEIPTS_MAX = 10_000  # the oldest are dropped

Record = dict[str, Any]


def new_contributor() -> str:
    """A random token for one person, to be kept by the program as a secret."""
    return secrets.token_urlsafe(24)


class Outbox:
    """Contributions without an answer, and the receipts of accepted ones; in memory alone without a path.

    The file is for one process at a time, and readable by its owner alone: it holds the contributor's token.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        """Reads the file, if it exists.

        Raises:
            OSError: it can't be read.
            ValueError: it is not an outbox of this format.
        """
        self._path = None if path is None else Path(path)
        self._waiting: dict[str, Record] = {}
        self._receipts: dict[str, str] = {}
        if self._path is not None and self._path.exists():
            self._read(self._path)

    @property
    def waiting(self) -> list[Record]:
        """The contributions without an answer, oldest first."""
        return list(self._waiting.values())

    @property
    def receipts(self) -> dict[str, str]:
        """The receipts of accepted drawings, by id."""
        return dict(self._receipts)

    def add(self, record: Record) -> None:
        """Keeps a contribution; it is on disk when this returns.

        Raises:
            OSError: the file can't be written.
        """
        self._waiting[record["id"]] = record
        self._write()

    def settle(self, drawing: str, receipt: str | None = None) -> None:
        """Drops an answered contribution, and keeps its receipt."""
        if self._waiting.pop(drawing, None) is None:
            return
        if receipt is not None:
            self._receipts[drawing] = receipt
            while len(self._receipts) > RECEIPTS_MAX:
                del self._receipts[next(iter(self._receipts))]
        self._write()

    def _read(self, path: Path) -> None:
        record = json.loads(path.read_text())
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise ValueError(f"{path} is no outbox of format {FORMAT}")
        self._waiting = {each["id"]: each for each in record["waiting"]}
        self._receipts = dict(record["receipts"])

    def _write(self) -> None:
        if self._path is None:
            return
        record = {"format": FORMAT, "waiting": self.waiting, "receipts": self._receipts}
        beside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}.tmp")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(record, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
