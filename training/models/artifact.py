"""A model version as its three files, and the checks that it must pass before the service loads it."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding, decode_payload
from collector.ink.snapshot import SnapshotError
from training.models.card import Card, FileEntry, Golden
from training.models.card_json import BadCard, parse_card
from training.models.interpreter import BadModel, Interpreter

__all__ = [
    "CARD", "MODEL", "WEIGHTS", "Artifact", "BadArtifact", "BadCard", "Card", "check_artifact",
    "file_entries", "file_entry", "golden_predictions", "parse_card", "read_weights", "version_name", "write_weights",
]  # fmt: skip

MODEL = "model.tflite"
WEIGHTS = "weights.npz"
CARD = "card.json"

MIN_MODEL_BYTES = 512
MAX_MODEL_BYTES = 32 * 2**20
MAX_WEIGHTS_BYTES = 64 * 2**20  # of the archive, and of its contents
MAX_WEIGHT_ARRAYS = 512
MIN_GOLDEN = 1
GOLDEN_TOLERANCE = 0.03  # of a probability; with 8-bit kernels, another processor's rounding uses up to half of it
ROUNDING = 1e-3  # of a doubt, which the service cuts off

Weights = Mapping[str, NDArray[np.float32]]


class BadArtifact(ValueError):
    """The service must not load this version; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """The card and the two files whose hashes it holds: the flatbuffer to serve and the weights to train further."""

    card: Card
    model: bytes
    weights: bytes


def version_name(created_at: datetime, model: bytes) -> str:
    """`<UTC>-<6 hex of the model's sha256>`: sorts by time and identifies the bytes."""
    return f"{created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(model).hexdigest()[:6]}"


def file_entry(body: bytes) -> FileEntry:
    return FileEntry(hashlib.sha256(body).hexdigest(), len(body))


def file_entries(model: bytes, weights: bytes) -> dict[str, FileEntry]:
    return {MODEL: file_entry(model), WEIGHTS: file_entry(weights)}


def golden_predictions(interpreter: Interpreter, encoding: Encoding, payloads: Sequence[bytes]) -> tuple[Golden, ...]:
    """The model's predictions for the payloads; whoever loads the model checks them."""
    golden = []
    for payload in payloads:
        probabilities = _predict(interpreter, encoding, payload)
        golden.append(Golden(payload, tuple(round(float(p), 6) for p in probabilities)))
    return tuple(golden)


def check_artifact(artifact: Artifact) -> Interpreter:
    """Loads the artifact after checking it against its card.

    Raises:
        BadArtifact: a size, hash, shape or golden prediction is wrong, or a number is not finite.
    """
    _check_files(artifact)
    read_weights(artifact.weights)
    try:
        interpreter = Interpreter(artifact.model, artifact.card.encoding, len(artifact.card.classes.ids))
    except BadModel as error:
        raise BadArtifact(f"{MODEL}: {error}") from error
    _check_golden(artifact.card, interpreter)
    return interpreter


def _check_files(artifact: Artifact) -> None:
    for name, body, least, most in (
        (MODEL, artifact.model, MIN_MODEL_BYTES, MAX_MODEL_BYTES),
        (WEIGHTS, artifact.weights, 1, MAX_WEIGHTS_BYTES),
    ):
        entry = artifact.card.files.get(name)
        if entry is None:
            raise BadArtifact(f"the card has no entry for {name}")
        if len(body) != entry.bytes or not least <= len(body) <= most:
            raise BadArtifact(f"{name} is {len(body)} bytes, expected {entry.bytes} and {least} to {most}")
        if hashlib.sha256(body).hexdigest() != entry.sha256:
            raise BadArtifact(f"{name} has a sha256 other than {entry.sha256} on its card")


def _check_golden(card: Card, interpreter: Interpreter) -> None:
    if len(card.golden) < MIN_GOLDEN:
        raise BadArtifact(f"{len(card.golden)} golden predictions, expected at least {MIN_GOLDEN}")
    for number, golden in enumerate(card.golden):
        came = _predict(interpreter, card.encoding, golden.payload)
        off = float(np.abs(came - np.array(golden.probabilities)).max())
        # `not <=` instead of `>`: NaN must fail too.
        if not off <= GOLDEN_TOLERANCE:
            raise BadArtifact(f"golden prediction {number} is off by {off:.4f}, expected at most {GOLDEN_TOLERANCE}")


def _predict(interpreter: Interpreter, encoding: Encoding, payload: bytes) -> NDArray[np.float32]:
    try:
        inputs = decode_payload(encoding, payload)
    except SnapshotError as error:
        raise BadArtifact(f"golden payload is not {encoding}: {error}") from error
    if inputs is None:
        raise BadArtifact("golden payload has no ink")
    probabilities = interpreter.predict(inputs)
    if probabilities.shape != (interpreter.classes,) or not np.isfinite(probabilities).all():
        raise BadArtifact(f"prediction {probabilities!r:.120}, expected {interpreter.classes} finite numbers")
    doubt = interpreter.doubt()
    # NaN must fail too; it would go out as JSON that no client can read.
    if doubt is not None and not -ROUNDING <= doubt <= 1 + ROUNDING:
        raise BadArtifact(f"doubt {doubt:g}, expected a number from 0 to 1")
    return probabilities


def write_weights(weights: Weights) -> bytes:
    """The weights as an `.npz`, in the order given."""
    out = io.BytesIO()
    # numpy's stubs mistake the keywords for `allow_pickle`; no weight has that name.
    np.savez_compressed(out, **weights)  # type: ignore[arg-type]
    return out.getvalue()


def read_weights(body: bytes) -> dict[str, NDArray[np.float32]]:
    """The arrays of `weights.npz` by name; never unpickles anything.

    Raises:
        BadArtifact: not an `.npz`, too large when expanded, an object array, or a number that is not finite.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _check_expanded(archive.infolist())
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            weights = {name: np.asarray(arrays[name]) for name in arrays.files}
    # MemoryError: an array's header may claim any shape, and numpy allocates it before reading.
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, KeyError, MemoryError) as error:
        raise BadArtifact(f"{WEIGHTS} can't be read: {type(error).__name__}: {error}") from error
    for name, array in weights.items():
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise BadArtifact(f"{WEIGHTS}: {name} is {array.dtype}, expected finite floats")
    return {name: array.astype(np.float32) for name, array in weights.items()}


def _check_expanded(members: Sequence[zipfile.ZipInfo]) -> None:
    expanded = sum(member.file_size for member in members)
    if not 1 <= len(members) <= MAX_WEIGHT_ARRAYS or expanded > MAX_WEIGHTS_BYTES:
        raise BadArtifact(
            f"{WEIGHTS} holds {len(members)} arrays of {expanded} bytes, "
            f"expected 1 to {MAX_WEIGHT_ARRAYS} of at most {MAX_WEIGHTS_BYTES}"
        )
