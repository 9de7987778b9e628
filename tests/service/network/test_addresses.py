"""The addresses that the service prints, for this machine and for others on its network."""

from __future__ import annotations

import socket

import pytest

from service.network import addresses
from service.network.addresses import name_address, name_lan_addresses

ANYWHERE = "0.0.0.0"  # noqa: S104 - what `make run HOST=0.0.0.0` binds


def listening(host: str, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind((host, 0))
    return listener


def test_a_service_on_one_address_names_that_address_alone() -> None:
    with listening("127.0.0.1") as listener:
        port = listener.getsockname()[1]

        assert name_address(listener) == f"http://127.0.0.1:{port}"
        assert name_lan_addresses(listener) == []


def test_a_service_on_all_addresses_names_each_that_a_phone_can_open(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["127.0.0.1", "192.168.1.5", "10.0.0.7", "192.168.1.5", "169.254.3.3"]
    monkeypatch.setattr(addresses, "_interface_addresses", lambda: found)
    monkeypatch.setattr(addresses, "_source_address", lambda *_: "10.0.0.7")

    with listening(ANYWHERE) as listener:
        port = listener.getsockname()[1]

        assert name_address(listener) == f"http://localhost:{port}"
        assert name_lan_addresses(listener) == [f"http://10.0.0.7:{port}", f"http://192.168.1.5:{port}"]


def test_a_machine_without_a_network_names_no_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_interface_addresses", lambda: ["127.0.0.1"])
    monkeypatch.setattr(addresses, "_source_address", lambda *_: "")

    with listening(ANYWHERE) as listener:
        assert name_lan_addresses(listener) == []


def test_an_ipv6_address_is_put_in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_source_address", lambda *_: "2001:db8::5")
    monkeypatch.setattr(addresses, "_interface_addresses", list)
    try:
        listener = listening("::", socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")

    with listener:
        port = listener.getsockname()[1]
        assert name_lan_addresses(listener) == [f"http://[2001:db8::5]:{port}"]
