"""Fitting the limits to the descriptors: HTTP always keeps some, sockets are lowered first."""

from __future__ import annotations

import pytest

from service.network.limits.limits import LEAST_HTTP, OTHER_DESCRIPTORS, Limits, fit_descriptors

WANTED = Limits()


@pytest.mark.parametrize("descriptors", [None, 2**16])
def test_enough_descriptors_lower_no_limit(descriptors: int | None) -> None:
    assert fit_descriptors(WANTED, descriptors) == WANTED


@pytest.mark.parametrize("descriptors", [256, 512, 1024, 2000])
def test_few_descriptors_lower_the_limits_and_leave_some_to_http(descriptors: int) -> None:
    limits = fit_descriptors(WANTED, descriptors)

    assert limits.sockets + limits.http_connections + OTHER_DESCRIPTORS <= descriptors
    assert limits.sockets >= 100
    assert limits.http_connections >= LEAST_HTTP
