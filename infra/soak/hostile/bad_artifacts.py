"""Versions of a model that must not be served, each wrong in one way. Nothing is published or loaded here."""

from __future__ import annotations

import io
import os
import pickle
import random
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from collector.ink.encodings import Encoding
from training.models.artifact import Artifact, file_entries, read_weights, write_weights
from training.models.card import Golden

MIB = 2**20
NPY_HEADER = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class BadVersion:
    name: str
    artifact: Artifact


class RunsWhenUnpickled:
    """Makes a folder, so that it can be seen whether it was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._folder),)


def vouched_for(artifact: Artifact, model: bytes | None = None, weights: bytes | None = None) -> Artifact:
    """The artifact with other bytes, whose hashes its card knows: only the deeper checks are left to find them."""
    model, weights = model or artifact.model, weights or artifact.weights
    return Artifact(replace(artifact.card, files=file_entries(model, weights)), model, weights)


def bad_versions(sound: Artifact, trap: Path, expanded_mib: int = 400) -> Iterator[BadVersion]:
    """Each kind; `trap` is the folder that a pickle would make if it were run."""
    half = len(sound.model) // 2
    yield BadVersion("model torn in the middle", replace(sound, model=sound.model[:half]))
    yield BadVersion("weights torn in the middle", replace(sound, weights=sound.weights[: len(sound.weights) // 2]))
    yield BadVersion("weights torn, and vouched for", vouched_for(sound, weights=sound.weights[:-100]))
    yield BadVersion("no model at all, vouched for", vouched_for(sound, model=b"no model at all " * 100))
    other: Encoding = "canvas20" if sound.card.encoding == "path48" else "path48"
    yield BadVersion("inputs of another shape", replace(sound, card=replace(sound.card, encoding=other)))
    yield BadVersion("weights that are not numbers (NaN)", vouched_for(sound, weights=_with_nan(sound)))
    yield BadVersion("golden predictions that it does not make", _with_wrong_golden(sound))
    yield BadVersion("weights that expand to 400 MiB", vouched_for(sound, weights=_expanding(expanded_mib)))
    lying = _lying(_expanding(expanded_mib))
    yield BadVersion("the same, with an index that says 1 KiB", vouched_for(sound, weights=lying))
    yield BadVersion("an array that claims 128 TiB", vouched_for(sound, weights=_claiming()))
    trapped = RunsWhenUnpickled(trap)
    yield BadVersion("a pickle among the weights", vouched_for(sound, weights=_pickled_array(trapped)))
    yield BadVersion("a pickle for weights", vouched_for(sound, weights=pickle.dumps(trapped)))
    yield BadVersion("a pickle for a model", vouched_for(sound, model=pickle.dumps(trapped) + bytes(1000)))


def flipped(sound: Artifact, rng: random.Random) -> Artifact:
    """One byte of the model or the weights with another value."""
    if rng.random() < len(sound.model) / (len(sound.model) + len(sound.weights)):
        return replace(sound, model=_flip(sound.model, rng))
    return replace(sound, weights=_flip(sound.weights, rng))


def _flip(body: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(body)
    damaged[rng.randrange(len(body))] ^= rng.randrange(1, 256)
    return bytes(damaged)


def flipped_card(sound: Artifact, rng: random.Random) -> bytes:
    return _flip(sound.card.to_json(), rng)


def _with_nan(sound: Artifact) -> bytes:
    weights = read_weights(sound.weights)
    next(iter(weights.values())).flat[0] = np.nan
    return write_weights(weights)


def _with_wrong_golden(sound: Artifact) -> Artifact:
    golden = sound.card.golden[0]
    wrong = Golden(golden.payload, golden.probabilities[1:] + golden.probabilities[:1])
    return replace(sound, card=replace(sound.card, golden=(wrong, *sound.card.golden[1:])))


def _expanding(mib: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("kernel.npy", "w") as member:
            member.write(_npy_header((mib * MIB // 4,)))
            for _ in range(mib):
                member.write(bytes(MIB))
    return out.getvalue()


def _lying(archive: bytes) -> bytes:
    """The archive whose index (and the entry's own head) says that its member is of 1 KiB."""
    told = bytearray(archive)
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = told.find(signature)
        told[at + offset : at + offset + 4] = struct.pack("<I", 1024)
    return bytes(told)


def _claiming() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("kernel.npy", _npy_header((2**45,)))
    return out.getvalue()


def _npy_header(shape: tuple[int, ...]) -> bytes:
    """Version 1.0 of https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html."""
    told = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode()
    told += b" " * (-(len(told) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + NPY_HEADER.pack(len(told)) + told


def _pickled_array(value: object) -> bytes:
    out = io.BytesIO()
    np.savez(out, allow_pickle=True, kernel=np.array([value], dtype=object))
    return out.getvalue()
