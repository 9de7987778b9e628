"""Reads MNIST from an `.npz`, or from a folder of the four idx files, gzipped or not."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
IDX_BYTES = 0x08  # the type of an idx file's numbers: unsigned bytes, the only one that MNIST has
PIXELS = 784


class BadMnist(ValueError):
    """The files are not MNIST; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class Mnist:
    """Images as rows of 784 pixels, 0 to 255, in the order they are published in."""

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.int64]

    @property
    def x(self) -> NDArray[np.uint8]:
        return np.concatenate([self.x_train, self.x_test])

    @property
    def y(self) -> NDArray[np.int64]:
        return np.concatenate([self.y_train, self.y_test])


def read_mnist(path: Path) -> Mnist:
    """Reads an `.npz` with x_train, y_train, x_test and y_test, or a folder of idx files.

    Raises:
        BadMnist: something else is there.
        OSError: it can't be read.
    """
    arrays = _read_folder(path) if path.is_dir() else _read_npz(path)
    x_train, y_train, x_test, y_test = arrays
    return Mnist(*_part("train", x_train, y_train), *_part("test", x_test, y_test))


def _read_npz(path: Path) -> list[NDArray[np.uint8]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return [np.asarray(file[name]) for name in ARRAYS]
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise BadMnist(f"{path.name}: {error}; expected an .npz with {', '.join(ARRAYS)}") from error


def _read_folder(folder: Path) -> list[NDArray[np.uint8]]:
    return [_read_idx(folder, name) for name in IDX_FILES]


def _read_idx(folder: Path, name: str) -> NDArray[np.uint8]:
    """http://yann.lecun.com/exdb/mnist: two zeros, the type, the number of dimensions, each big-endian, the bytes."""
    path = folder / name
    if path.exists():
        body = path.read_bytes()
    elif (packed := folder / f"{name}.gz").exists():
        try:
            body = gzip.decompress(packed.read_bytes())
        except (EOFError, gzip.BadGzipFile) as error:
            raise BadMnist(f"{packed.name}: {error}") from error
    else:
        raise BadMnist(f"no {name} in the folder, with .gz or without, expected {', '.join(IDX_FILES)}")
    if len(body) < 4 or body[:3] != bytes((0, 0, IDX_BYTES)):
        raise BadMnist(f"{name} begins with {body[:4].hex()}, expected an idx file of bytes")
    head = 4 + 4 * body[3]
    shape = [int(n) for n in np.frombuffer(body[4:head], ">u4")]
    if len(body) != head + int(np.prod(shape)):
        raise BadMnist(f"{name} has {len(body)} bytes, expected {head} and {shape} of data")
    return np.frombuffer(body, np.uint8, offset=head).reshape(shape)


def _part(name: str, x: NDArray[np.uint8], y: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if x.dtype != np.uint8 or x.ndim < 2 or len(x) != len(y) or x[0].size != PIXELS:
        raise BadMnist(f"{name}: {x.dtype} images {x.shape} and labels {y.shape}, expected uint8 (n, 28, 28) and (n,)")
    return x.reshape(len(x), PIXELS), y.astype(np.int64)
