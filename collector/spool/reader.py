"""The connection that all threads of a process read the spool with."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from collector.spool.group_commit import SpoolError, open_connection


class Reader:
    """Runs one query at a time."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = open_connection(path)

    def rows(self, query: str, *values: int | str) -> list[Any]:
        """All rows of the query.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise SpoolError(f"the spool can't be read: {error}") from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()
