"""Versions of a model that must not be served, each invalid in one way. Publishes and loads nothing."""

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
from training.models.card_json import card_to_json

MIB = 2**20
NPY_HEADER = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class BadVersion:
    name: str
    artifact: Artifact


class RunsWhenUnpickled:
    """Makes a folder, which shows that it ran."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._folder),)


def with_hashes(artifact: Artifact, model: bytes | None = None, weights: bytes | None = None) -> Artifact:
    """The artifact with other bytes and a card that has their hashes: only the deeper checks can find them."""
    model, weights = model or artifact.model, weights or artifact.weights
    return Artifact(replace(artifact.card, files=file_entries(model, weights)), model, weights)


def bad_versions(valid: Artifact, trap: Path, expanded_mib: int = 400) -> Iterator[BadVersion]:
    """Each kind; `trap` is the folder that a pickle makes if it runs."""
    half = len(valid.model) // 2
    yield BadVersion("model torn in the middle", replace(valid, model=valid.model[:half]))
    yield BadVersion("weights torn in the middle", replace(valid, weights=valid.weights[: len(valid.weights) // 2]))
    yield BadVersion("weights torn, with matching hashes", with_hashes(valid, weights=valid.weights[:-100]))
    yield BadVersion("no model at all, with matching hashes", with_hashes(valid, model=b"no model at all " * 100))
    other: Encoding = "canvas20" if valid.card.encoding == "path48" else "path48"
    yield BadVersion("inputs of another shape", replace(valid, card=replace(valid.card, encoding=other)))
    yield BadVersion("weights that are not numbers (NaN)", with_hashes(valid, weights=_with_nan(valid)))
    yield BadVersion("wrong golden predictions", _with_wrong_golden(valid))
    yield BadVersion("weights that expand to 400 MiB", with_hashes(valid, weights=_expanding(expanded_mib)))
    lying = _lying(_expanding(expanded_mib))
    yield BadVersion("the same, with an index that claims 1 KiB", with_hashes(valid, weights=lying))
    yield BadVersion("an array that claims 128 TiB", with_hashes(valid, weights=_claiming()))
    trapped = RunsWhenUnpickled(trap)
    yield BadVersion("a pickle among the weights", with_hashes(valid, weights=_pickled_array(trapped)))
    yield BadVersion("a pickle for weights", with_hashes(valid, weights=pickle.dumps(trapped)))
    yield BadVersion("a pickle for a model", with_hashes(valid, model=pickle.dumps(trapped) + bytes(1000)))


def flipped(valid: Artifact, rng: random.Random) -> Artifact:
    """One byte of the model or the weights with another value."""
    if rng.random() < len(valid.model) / (len(valid.model) + len(valid.weights)):
        return replace(valid, model=_flip(valid.model, rng))
    return replace(valid, weights=_flip(valid.weights, rng))


def _flip(body: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(body)
    damaged[rng.randrange(len(body))] ^= rng.randrange(1, 256)
    return bytes(damaged)


def flipped_card(valid: Artifact, rng: random.Random) -> bytes:
    return _flip(card_to_json(valid.card), rng)


def _with_nan(valid: Artifact) -> bytes:
    weights = read_weights(valid.weights)
    next(iter(weights.values())).flat[0] = np.nan
    return write_weights(weights)


def _with_wrong_golden(valid: Artifact) -> Artifact:
    golden = valid.card.golden[0]
    wrong = Golden(golden.payload, golden.probabilities[1:] + golden.probabilities[:1])
    return replace(valid, card=replace(valid.card, golden=(wrong, *valid.card.golden[1:])))


def _expanding(mib: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("kernel.npy", "w") as member:
            member.write(_npy_header((mib * MIB // 4,)))
            for _ in range(mib):
                member.write(bytes(MIB))
    return out.getvalue()


def _lying(archive: bytes) -> bytes:
    """The archive with an index and a local header that claim a size of 1 KiB."""
    lying = bytearray(archive)
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = lying.find(signature)
        lying[at + offset : at + offset + 4] = struct.pack("<I", 1024)
    return bytes(lying)


def _claiming() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("kernel.npy", _npy_header((2**45,)))
    return out.getvalue()


def _npy_header(shape: tuple[int, ...]) -> bytes:
    """Version 1.0 of https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html."""
    header = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + NPY_HEADER.pack(len(header)) + header


def _pickled_array(value: object) -> bytes:
    out = io.BytesIO()
    np.savez(out, allow_pickle=True, kernel=np.array([value], dtype=object))
    return out.getvalue()
