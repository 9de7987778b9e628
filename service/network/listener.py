"""Opens the port, or explains why it can't be opened: it is taken at once, and listened on when the service is ready.

Until then connections are refused, and a proxy passes them to another replica; in a backlog they would wait.
"""

from __future__ import annotations

import errno
import socket

BACKLOG = 1024  # connections waiting to be accepted
USER_TIMEOUT_MS = 15_000  # a peer that acknowledges nothing for so long is gone; its connection and buffers are freed


class CannotListen(Exception):
    """The address can't be listened on; the message says why and what to do."""


def bind_apart(host: str, port: int, count: int) -> list[socket.socket]:
    """A socket for each of `count` processes, on one port; the kernel distributes connections over those that listen.

    A single inherited socket would be emptied by whichever process wakes first.

    Raises:
        CannotListen: as `bind`.
    """
    if count == 1:
        return [bind(host, port)]
    with bind(host, port) as alone:  # so that two services never share a port by mistake
        port = alone.getsockname()[1]
    return [bind(host, port, shared=True) for _ in range(count)]


def bind(host: str, port: int, shared: bool = False) -> socket.socket:
    """A TCP socket that has the port, and refuses connections until `listen`.

    `shared` lets other sockets have the port too.

    Raises:
        CannotListen: the port is in use or not allowed, or the host is not an address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"{host} is not an address to listen on: {error.strerror}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted sockets inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise CannotListen(_reason(host, port, error)) from error
    return listener


def listen(listener: socket.socket) -> None:
    """Accepts connections on a bound socket.

    Raises:
        CannotListen: another process, which was bound to the port at the same time, listens on it by now.
    """
    try:
        listener.listen(BACKLOG)
    except OSError as error:
        host, port = listener.getsockname()[:2]
        raise CannotListen(_reason(host, port, error)) from error


def _reason(host: str, port: int, error: OSError) -> str:
    elsewhere = "choose another with --port or MIDSTROKE_PORT (make run PORT=18000)"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; {elsewhere}"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is not allowed to this user; {elsewhere}"
    return f"can't listen on port {port} of {host}: {error.strerror}"
