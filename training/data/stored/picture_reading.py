"""Decodes samples' PNGs, in several processes when many wait. No storage."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from collector.ink.png import read_size
from training.data.dataset import Picture, read_picture
from training.data.processes import process_pool

MANY = 64  # drawings for which processes save as much time as their start takes


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored PNG with its key, ink fraction and expected size."""

    key: str
    ink: float
    size: tuple[int, int]  # width and height of the drawing's canvas, px
    png: bytes


class PictureReader:
    """Decodes for any number of threads, which would compete for the GIL if they decoded themselves."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._thread = ThreadPoolExecutor(1, "read-pictures")
        self._pool: Executor | None = None  # started when many wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def executor(self, drawings: int) -> Executor:
        """The executor to call `read_samples` in for each of so many drawings."""
        if self._processes == 1 or drawings < MANY:
            return self._thread
        self._pool = self._pool or process_pool(self._processes)
        return self._pool


def read_samples(samples: Sequence[Sample]) -> tuple[list[Picture], list[tuple[str, str]]]:
    """The pictures of the samples with ink, and key and error of each damaged sample."""
    pictures: list[Picture] = []
    damaged: list[tuple[str, str]] = []
    for sample in samples:
        try:
            _check_size(sample)
            picture = read_picture(sample.ink, sample.png)
        # Of untrusted bytes, Pillow and zlib raise more than is documented; one sample must not stop the others.
        except Exception as error:
            damaged.append((sample.key, f"{type(error).__name__}: {error}"))
        else:
            if picture is not None:
                pictures.append(picture)
    return pictures, damaged


def _check_size(sample: Sample) -> None:
    size = read_size(sample.png)
    if size != sample.size:
        raise ValueError(f"{size[0]}x{size[1]} px, expected {sample.size[0]}x{sample.size[1]}")
