"""Fitting the limits to the descriptors: HTTP always keeps some, sockets are lowered first."""

from __future__ import annotations

import pytest

from service.network.limits.limits import LEAST_HTTP, OTHER_DESCRIPTORS, Limits, fit_descriptors

WANTED = Limits()


@pytest.mark.parametrize("descriptors", [None, 2**16])
def test_where_descriptors_suffice_nothing_is_lowered(descriptors: int | None) -> None:
    assert fit_descriptors(WANTED, descriptors) == WANTED


@pytest.mark.parametrize("descriptors", [256, 512, 1024, 2000])
def test_where_they_do_not_suffice_the_limits_fit_into_them_and_http_keeps_some(descriptors: int) -> None:
    limits = fit_descriptors(WANTED, descriptors)

    assert limits.sockets + limits.http_connections + OTHER_DESCRIPTORS <= descriptors
    assert limits.sockets >= 100
    assert limits.http_connections >= LEAST_HTTP
