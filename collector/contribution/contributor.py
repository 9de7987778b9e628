"""Turns a browser's random token into a pseudonymous contributor id, which decides the use of its drawings."""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import re
import secrets
import time
from pathlib import Path
from typing import Literal

from collector.symbols.symbol_set import DIGITS_ID

# The contributor of the examples that operators give to a set: the same for every service on a store, and one whose
# drawings train models.
OPERATOR = hashlib.sha256(b"midstroke/operator/1").hexdigest()[:32]
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
KEY_BYTES = 32
WRITING_SECONDS, WRITING_TRIES = 1.0, 20  # for another process to write a key where there are no hard links
NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EXDEV}
VALIDATION_PERCENT = 15  # of contributors; their drawings never train a model

Use = Literal["training", "validation"]
StoredUse = Literal["training", "judging"]

# Drawings, shards, the spool, the wire and cards keep the older name: what was stored and sent stays readable.
_STORED_USES: dict[Use, StoredUse] = {"training": "training", "validation": "judging"}


class BadToken(ValueError):
    """The text is not a contributor's token."""


def contributor_id(key: bytes, token: str) -> str:
    """32 hex digits of HMAC-SHA256(key, token): stable for one browser, and not reversible.

    Raises:
        BadToken: not 16 to 64 characters of `A-Z a-z 0-9 - _`.
    """
    if not TOKEN.fullmatch(token):
        raise BadToken(f"a token of {len(token)} characters, expected 16 to 64 of A-Z a-z 0-9 - _")
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()[:32]


def key_of_set(key: bytes, set_id: str) -> bytes:
    """The key of one symbol set, from the service's, which is that of digits.

    Hashes and receipts of a set are its own: nobody can tell who drew in two sets, and a receipt of one set opens
    nothing in another.
    """
    # No token contains a colon.
    return key if set_id == DIGITS_ID else hmac.new(key, f"set/v1:{set_id}".encode(), hashlib.sha256).digest()


def use_of(contributor: str) -> Use:
    """The use of all drawings by this contributor; a function of the name alone, so it never changes."""
    bucket = int.from_bytes(hashlib.sha256(contributor.encode()).digest()[:8], "big") % 100
    return "validation" if bucket < VALIDATION_PERCENT else "training"


def stored_use(use: Use) -> StoredUse:
    """The use as stored objects and replies name it."""
    return _STORED_USES[use]


def parse_stored_use(text: object) -> Use:
    """Reads `stored_use`'s name.

    Raises:
        ValueError: neither `training` nor `judging`.
    """
    for use, stored in _STORED_USES.items():
        if text == stored:
            return use
    raise ValueError(f"use {text!r:.40}, expected {' or '.join(_STORED_USES.values())}")


class BadContributorKey(ValueError):
    """The text is not a contributor key. It is not repeated: it may be a mistyped secret."""


def parse_key(text: str) -> bytes:
    """Reads a key of 64 hex digits, as `contributor.key` and the setting hold it.

    Raises:
        BadContributorKey: anything else.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise BadContributorKey(f"{len(text)} characters, expected {2 * KEY_BYTES} hex digits in lower case")
    return bytes.fromhex(text)


def key_fingerprint(key: bytes) -> str:
    """32 hex digits that tell keys apart and reveal nothing of them; no token has this form."""
    return hmac.new(key, b"fingerprint/v1:", hashlib.sha256).hexdigest()[:32]


class BadKeyFile(ValueError):
    """The file holds no key. It is not replaced: a new key would change every contributor's id."""


def load_or_make_key(path: Path) -> bytes:
    """The service's key for `contributor_id`, 32 bytes; created on first use, readable by its owner alone.

    Raises:
        BadKeyFile: the file exists but holds no key.
        OSError: the file can't be read or created.
    """
    if not path.exists():
        _make_key(path)
    return read_key_file(path)


def read_key_file(path: Path) -> bytes:
    """The key that the file holds.

    Raises:
        BadKeyFile: it holds no key.
        OSError: it can't be read.
    """
    text = _read_key(path)
    try:
        return parse_key(text)
    except BadContributorKey as error:
        raise BadKeyFile(f"{path} holds {error}") from error


def _read_key(path: Path) -> str:
    """The file's text; one that another process is writing is waited for."""
    for _ in range(WRITING_TRIES):
        text = path.read_text(errors="replace").strip()
        if text or time.time() - path.stat().st_mtime > WRITING_SECONDS:
            break
        time.sleep(WRITING_SECONDS / WRITING_TRIES)
    return text


def _publish(made: Path, path: Path) -> None:
    """Gives the complete file its name, unless another process was quicker."""
    try:
        path.hardlink_to(made)  # atomic, and never replaces a file
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        # exFAT, SMB and some FUSE mounts have no links. The name is taken first, by the one process that can create it.
        with path.open("x") as file:
            file.write(made.read_text())
            file.flush()
            os.fsync(file.fileno())


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    made.touch(mode=0o600)
    try:
        with made.open("w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _publish(made, path)
    except FileExistsError:
        return
    finally:
        made.unlink()
