from __future__ import annotations

import socket

import pytest

from service.network.listener import CannotListen, bind, bind_apart, listen


def connects(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_bound_port_refuses_connections_until_it_is_listened_on() -> None:
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        before = connects(port)
        listen(listener)

        assert (before, connects(port)) == (False, True)


def test_a_port_that_is_listened_on_can_not_be_bound() -> None:
    with bind("127.0.0.1", 0) as first:
        listen(first)

        with pytest.raises(CannotListen, match="in use"):
            bind("127.0.0.1", first.getsockname()[1])


def test_of_two_that_were_bound_at_once_the_second_to_listen_is_refused() -> None:
    with bind("127.0.0.1", 0) as first, bind("127.0.0.1", first.getsockname()[1]) as second:
        listen(first)

        with pytest.raises(CannotListen, match="in use"):
            listen(second)


def test_only_workers_that_listen_get_connections() -> None:
    first, second = bind_apart("127.0.0.1", 0, 2)
    with first, second:
        listen(second)

        assert all(connects(second.getsockname()[1]) for _ in range(20))
