"""The page's address as its visitors see it, for the tags that other sites read when it is shared."""

from __future__ import annotations

import re
from collections.abc import Mapping

HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?")
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]{1,64}){1,8}")
SHARED = re.compile(r'(property="og:(?:url|image)" content=")([^"]*)"')


def public_address(headers: Mapping[str, str], scheme: str, root_path: str) -> str | None:
    """`https://host/prefix/` by what the proxy passes on; None where no valid host is named.

    The scheme is that of `X-Forwarded-Proto`, the host that of `X-Forwarded-Host` or `Host`, the prefix that of
    `X-Forwarded-Prefix` or of the setting.
    """
    host = _first(headers, "x-forwarded-host") or headers.get("host", "")
    if not HOST.fullmatch(host):
        return None
    proto = _first(headers, "x-forwarded-proto").lower()
    prefix = _first(headers, "x-forwarded-prefix").rstrip("/")
    if not PREFIX.fullmatch(prefix):
        prefix = root_path.rstrip("/")
    return f"{proto if proto in ('http', 'https') else scheme}://{host}{prefix}/"


def with_public_address(page: str, address: str | None) -> str:
    """The page whose `og:url` and `og:image` are absolute, as their readers expect; unchanged without an address."""
    if address is None:
        return page
    return SHARED.sub(lambda tag: f'{tag[1]}{address}{tag[2].removeprefix("./")}"', page)


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "").split(",", 1)[0].strip()
