"""Recognises the operator by the token of `MIDSTROKE_OPERATOR_TOKEN` in a header."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from time import monotonic

from service.admission.origins import is_own_origin
from service.admission.token_bucket import TokenBucket

SETTING = "MIDSTROKE_OPERATOR_TOKEN"
TOKEN = re.compile(r"[\x21-\x7e]{16,256}")
BEARER = re.compile(r"bearer +([\x21-\x7e]{1,256})", re.IGNORECASE)
CALLS_PER_SECOND = 20.0
WRONG_PER_SECOND = 2.0  # counted apart: guessing must not lock out the operator


class OperatorRefused(Exception):
    """The request is not admitted; `status` is the HTTP status, `code` names the reason for programs."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def check_token(token: str) -> None:
    """Raises:
    ValueError: neither empty nor 16 to 256 printable ASCII characters without spaces.
    """
    if token and not TOKEN.fullmatch(token):
        raise ValueError(f"{len(token)} characters, expected 16 to 256 of printable ASCII without spaces")


class Operator:
    """Compares tokens by their hashes, in constant time; keeps no token."""

    def __init__(self, token: str = "", now: Callable[[], float] = monotonic) -> None:
        self._digest = _digest(token) if token else None
        self._calls = TokenBucket(CALLS_PER_SECOND, now)
        self._wrong = TokenBucket(WRONG_PER_SECOND, now)

    @property
    def is_enabled(self) -> bool:
        """True if there is an operator; without one nothing of the operator's is reachable."""
        return self._digest is not None

    def admit(self, headers: Mapping[str, str]) -> None:
        """Lets the operator's request pass.

        Raises:
            OperatorRefused: 404 without an operator, 403 from a page of another origin, 401 without the right token,
                429 too many calls.
        """
        if self._digest is None:
            raise OperatorRefused(404, "not_found", "there is nothing here")
        if not is_own_origin(headers):
            raise OperatorRefused(403, "origin_not_allowed", "a page of another origin can't act as the operator")
        found = BEARER.fullmatch(headers.get("authorization", "").strip())
        if not hmac.compare_digest(_digest(found[1] if found else ""), self._digest):
            if not self._wrong.take():
                raise _too_many()
            raise OperatorRefused(401, "not_operator", f"expected Authorization: Bearer with the token of {SETTING}")
        if not self._calls.take():
            raise _too_many()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _too_many() -> OperatorRefused:
    return OperatorRefused(429, "too_many_calls", "too many calls; try again in a second")
