"""Receipts: the secrets by which contributors see, download and delete their drawings.

A receipt is a keyed hash of the drawing's id, so that no table of receipts exists. Ids are public, the key is not.
"""

from __future__ import annotations

import hashlib
import hmac

# No token contains a colon. Without it, a client could send another drawing's id as its token, which is hashed under
# the same key, and read that drawing's receipt in the `contributor` field of its own stored drawing.
_PURPOSE = "receipt/v1:"


def receipt_for(key: bytes, drawing: str) -> str:
    """64 hex digits of HMAC-SHA256 under the service's key; always the same."""
    return hmac.new(key, f"{_PURPOSE}{drawing}".encode(), hashlib.sha256).hexdigest()


def is_receipt_for(key: bytes, drawing: str, given: str) -> bool:
    """True when `given` is the drawing's receipt; the comparison takes constant time."""
    return hmac.compare_digest(receipt_for(key, drawing).encode(), given.encode(errors="surrogateescape"))
