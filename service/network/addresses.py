"""Names the addresses under which a listening socket is reached, from this machine and from others on its network."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys

ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to  # nosec B104
# Reserved for documentation (RFC 5737, RFC 3849): connecting a UDP socket selects a source address and sends nothing.
ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
SIOCGIFADDR = 0x8915  # Linux: an interface's IPv4 address
CONTAINER_BRIDGES = ("docker", "br-", "veth", "virbr")


def name_address(listener: socket.socket) -> str:
    """The URL for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    return url_of("localhost" if host in ANYWHERE else host, port)


def name_lan_addresses(listener: socket.socket) -> list[str]:
    """URLs for other devices, such as a phone; empty when the socket is not bound to all addresses."""
    host, port = listener.getsockname()[:2]
    if host not in ANYWHERE:
        return []
    both = listener.family == socket.AF_INET6 and not listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    families = {listener.family, socket.AF_INET} if both else {listener.family}
    found = [_source_address(family, address) for family, address in ELSEWHERE if family in families]
    if socket.AF_INET in families:
        found += _interface_addresses()
    return [url_of(address, port) for address in dict.fromkeys(found) if _is_reachable(address)]


def url_of(host: str, port: int) -> str:
    """The http URL; IPv6 addresses are put in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _source_address(family: socket.AddressFamily, elsewhere: str) -> str:
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((elsewhere, 9))
        return str(probe.getsockname()[0])
    return ""


def _interface_addresses() -> list[str]:
    if sys.platform != "linux":
        return []
    import fcntl  # noqa: PLC0415 - not on every system

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            if name.startswith(CONTAINER_BRIDGES):
                continue
            with contextlib.suppress(OSError):  # an interface without an IPv4 address
                answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _is_reachable(address: str) -> bool:
    return bool(address) and not address.startswith(("127.", "169.254.", "fe80:", "0.")) and address != "::1"
