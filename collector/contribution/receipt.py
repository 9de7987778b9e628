"""Receipts: by one, whoever gave a drawing can see, download or delete it. No table of them is kept anywhere.

A receipt is a keyed hash of the drawing's id. Ids are public, the key is not: nobody can make another's receipt.
"""

from __future__ import annotations

import hashlib
import hmac

# The colon is in no contributor's token: otherwise whoever sends another's id as a token, which is hashed under the
# same key, would read that drawing's receipt in the drawing that is kept of it.
_PURPOSE = "receipt/v1:"


def receipt_for(key: bytes, drawing: str) -> str:
    """64 hex digits of HMAC-SHA256 under the service's key; the same for ever."""
    return hmac.new(key, f"{_PURPOSE}{drawing}".encode(), hashlib.sha256).hexdigest()


def is_receipt_for(key: bytes, drawing: str, given: str) -> bool:
    """Whether this is the drawing's receipt, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(receipt_for(key, drawing).encode(), given.encode(errors="surrogateescape"))
