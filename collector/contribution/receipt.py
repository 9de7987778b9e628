"""Receipts: the secrets by which contributors see, download and delete their drawings.

A receipt is made from the drawing's id and its contributor's hash under the service's key, so that no table of receipts
exists. Ids are public: whoever sends another contributor's id gets a receipt for their own drawing of that id alone.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

# No token contains a colon. Without it, a client could send a text of this form as its token, which is hashed under
# the same key, and read the receipt in the `contributor` field of its own stored drawing.
_OLD_PURPOSE = "receipt/v1:"
_PURPOSE = "receipt/v2:"
PROOF_DIGITS = 32  # 128 bits; the contributor's hash follows


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever sent a valid receipt; `contributor` is None for one of a release that bound receipts to the id alone."""

    contributor: str | None

    def owns(self, contributor: str) -> bool:
        """True if a drawing by this contributor is the holder's."""
        return self.contributor is None or self.contributor == contributor


def receipt_for(key: bytes, drawing: str, contributor: str) -> str:
    """64 hex digits, always the same: half an HMAC-SHA256 of drawing and contributor, and the contributor's hash."""
    return _proof(key, drawing, contributor) + contributor


def old_receipt_for(key: bytes, drawing: str) -> str:
    """64 hex digits: the receipt that releases before 0.3.0 gave, which stays valid."""
    return hmac.new(key, f"{_OLD_PURPOSE}{drawing}".encode(), hashlib.sha256).hexdigest()


def holder_of(key: bytes, drawing: str, given: str) -> Holder | None:
    """Whose receipt for this drawing `given` is; None for a wrong one. Compares in constant time."""
    sent = given.encode(errors="surrogateescape")
    if hmac.compare_digest(old_receipt_for(key, drawing).encode(), sent):
        return Holder(None)
    contributor = given[PROOF_DIGITS:]
    expected = _proof(key, drawing, contributor).encode() + contributor.encode(errors="surrogateescape")
    return Holder(contributor) if hmac.compare_digest(expected, sent) else None


def _proof(key: bytes, drawing: str, contributor: str) -> str:
    text = f"{_PURPOSE}{drawing}:{contributor}".encode(errors="surrogateescape")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:PROOF_DIGITS]
