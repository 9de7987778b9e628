"""Decides which pages may use the service: a browser's `Origin` against the request's host and the settings.

A page that the service itself serves is recognised by its host alone. Behind a proxy that speaks TLS the scheme isn't
known here, and many proxies pass the host without its port, or only in `X-Forwarded-Host`. No page of another origin
can set these headers: on a websocket scripts can't set any, and on HTTP only after a preflight, which is refused.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Mapping
from typing import NamedTuple

SETTING = "MIDSTROKE_ALLOWED_ORIGINS"
DEFAULT_PORTS = {"http": 80, "https": 443}
AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#@\s]+)", re.ASCII)
MAX_SHOWN = 56  # characters of an origin in a refusal: the reason of a websocket's close has 123 bytes
MAX_LOGGED = 64  # origins; anyone can make up more

log = logging.getLogger(__name__)


class BadOrigin(ValueError):
    """The text is no origin of the form scheme://host[:port]."""


class Origin(NamedTuple):
    """The page's origin, normalised: lower case, no trailing dot, always with a port."""

    scheme: str
    host: str
    port: int


def parse_origin(text: str) -> Origin:
    """Reads an origin; case, a default port and a trailing dot make no difference.

    Raises:
        BadOrigin: it has another form, such as "null", a path, a user or another scheme.
    """
    found = ORIGIN.fullmatch(text.lower())
    authority = _parse_authority(found["authority"]) if found else None
    if found is None or authority is None:
        raise BadOrigin(f"{show(text)} is no origin, expected https://host or http://host:port")
    host, port = authority
    return Origin(found["scheme"], host, DEFAULT_PORTS[found["scheme"]] if port is None else port)


def parse_origins(text: str) -> frozenset[Origin]:
    """Reads the setting: origins separated by commas, `*` is left out.

    Raises:
        BadOrigin: an entry is no origin.
    """
    return frozenset(parse_origin(name.rstrip("/")) for name in _names(text) if name != "*")


def show(origin: str) -> str:
    """The origin in printable ASCII, shortened: it comes from a client."""
    text = ascii(origin)[1:-1]
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."


class Origins:
    """The origins that may use the service besides its own page."""

    def __init__(self, allowed: str = "", without: bool = True) -> None:
        self._allowed = parse_origins(allowed)
        self._all = "*" in _names(allowed)
        self._without = without  # clients other than browsers send no Origin
        self._logged: set[str] = set()

    def refusal(self, headers: Mapping[str, str]) -> str | None:
        """The reason to refuse a request with these headers, in at most 123 ASCII characters; None to accept it."""
        origin = headers.get("origin")
        if origin is None:
            return None if self._without else "origin missing; MIDSTROKE_ALLOW_NO_ORIGIN is false"
        if self.is_allowed(origin) or _is_own(origin, headers):
            return None
        self._log(origin, headers)
        return f"origin {show(origin)} is not allowed; {SETTING} adds origins"

    def is_allowed(self, origin: str) -> bool:
        """True if the settings allow this origin."""
        if self._all:
            return True
        try:
            return bool(self._allowed) and parse_origin(origin) in self._allowed
        except BadOrigin:
            return False

    def _log(self, origin: str, headers: Mapping[str, str]) -> None:
        name = show(origin)
        if name in self._logged or len(self._logged) > MAX_LOGGED:
            return
        self._logged.add(name)
        if len(self._logged) > MAX_LOGGED:
            log.warning("pages of more than %d origins were refused; further ones are not logged", MAX_LOGGED)
            return
        log.warning(
            "a page of origin %s was refused: the request's Host is %s, its X-Forwarded-Host %s. If the page may use "
            "this service, let the proxy pass Host, or add the origin to %s",
            name,
            show(headers.get("host", "missing")),
            show(headers.get("x-forwarded-host", "missing")),
            SETTING,
        )


def is_own_origin(headers: Mapping[str, str]) -> bool:
    """True for a request of the service's own page, or of a client that is no browser; settings play no part."""
    origin = headers.get("origin")
    # Browsers send it on https and localhost, also where they send no Origin.
    is_cross_site = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
    return not is_cross_site and (origin is None or _is_own(origin, headers))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _is_own(text: str, headers: Mapping[str, str]) -> bool:
    try:
        origin = parse_origin(text)
    except BadOrigin:
        return False
    # Of several proxies, each appends the host that it saw: the first is what the browser asked for.
    forwarded = headers.get("x-forwarded-host", "").split(",", 1)[0].strip()
    return any(_names_host_of(origin, host) for host in (headers.get("host", ""), forwarded))


def _names_host_of(origin: Origin, text: str) -> bool:
    authority = _parse_authority(text.lower())
    return authority is not None and authority[0] == origin.host and authority[1] in (None, origin.port)


def _parse_authority(text: str) -> tuple[str, int | None] | None:
    found = AUTHORITY.fullmatch(text)
    if found is None:
        return None
    port = None if found["port"] is None else int(found["port"])
    host = _normalise_host(found["host"])
    return None if host is None or (port or 0) > 65535 else (host, port)


def _normalise_host(host: str) -> str | None:
    if not host.startswith("["):
        return host.removesuffix(".") or None
    try:
        return ipaddress.IPv6Address(host[1:-1]).compressed
    except ValueError:
        return None
