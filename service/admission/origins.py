"""Whose pages may talk to the service: the `Origin` that a browser names, against the settings. No sockets in here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origins:
    """`allowed` origins, `*` for all; none named: the host that the request itself was sent to."""

    allowed: frozenset[str] = frozenset()
    without: bool = True  # clients that are no browsers name none

    @classmethod
    def parse(cls, names: str, without: bool) -> Origins:
        """From the settings' form, names parted by commas."""
        return cls(frozenset(name.strip().rstrip("/").lower() for name in names.split(",") if name.strip()), without)

    def allow(self, origin: str | None, host: str | None) -> bool:
        """Whether a request with these `Origin` and `Host` headers is taken."""
        if origin is None:
            return self.without
        if self.allowed:
            return "*" in self.allowed or origin.lower() in self.allowed
        return host is not None and _same_host(origin, host)


def _same_host(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
        asked = urlsplit(f"//{host}")
        default = DEFAULT_PORTS.get(parts.scheme)
        if origin.lower() != f"{parts.scheme}://{parts.netloc.lower()}" or "@" in parts.netloc:
            return False  # more than an origin: no browser sends that
        # Behind a proxy that speaks TLS the scheme is not known here, so a bare Host takes the origin's own port.
        return default is not None and (parts.hostname, parts.port or default) == (
            asked.hostname,
            asked.port or default,
        )
    except ValueError:
        return False
