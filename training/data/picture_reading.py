"""Samples' PNGs to pictures: one at a time in a process, in several processes once many wait. No storage in here."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from training.data.dataset import Picture, read_picture
from training.data.processes import process_pool

MANY = 64  # drawings for which it pays to start processes: what they save then is what starting takes


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored PNG: how much of its drawing's ink it shows, and the key that it is told by when it is broken."""

    key: str
    ink: float
    png: bytes


class PictureReader:
    """Decodes for any number of threads, which would fight for Python's lock if they decoded by themselves."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._thread = ThreadPoolExecutor(1, "read-pictures")
        self._pool: ProcessPoolExecutor | None = None  # once many waited

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def executor(self, drawings: int) -> Executor:
        """Where `read_samples` is best called for each of so many drawings."""
        if self._processes == 1 or drawings < MANY:
            return self._thread
        self._pool = self._pool or process_pool(self._processes)
        return self._pool


def read_samples(samples: Sequence[Sample]) -> tuple[list[Picture], list[str]]:
    """The pictures of those that show ink, and what is wrong with each that is no PNG the service would take."""
    pictures: list[Picture] = []
    wrong: list[str] = []
    for sample in samples:
        try:
            picture = read_picture(sample.ink, sample.png)
        except ValueError as error:
            wrong.append(f"sample {sample.key} is left out: {error}")
        else:
            if picture is not None:
                pictures.append(picture)
    return pictures, wrong
