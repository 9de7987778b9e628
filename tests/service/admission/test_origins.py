from __future__ import annotations

import pytest

from service.admission.origins import Origins


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("https://draw.example", "draw.example"),
        ("http://draw.example", "draw.example:80"),
        ("https://Draw.Example", "draw.example"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_the_page_that_is_served_here_may_connect(origin: str, host: str) -> None:
    assert Origins().allow(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "draw.example"),
        ("http://draw.example:8001", "draw.example:8000"),
        ("http://draw.example.evil.example", "draw.example"),
        ("null", "draw.example"),
        ("file://", "draw.example"),
        ("http://draw.example:port", "draw.example"),
        ("http://user@draw.example", "draw.example"),
        ("http://draw.example/path", "draw.example"),
        ("ws://draw.example", "draw.example"),
        ("http://evildraw.example", "draw.example"),
        ("http://draw.example@evil.example", "draw.example"),
        ("", ""),
        ("http://draw.example", None),
    ],
)
def test_another_page_may_not(origin: str, host: str | None) -> None:
    assert not Origins().allow(origin, host)


def test_named_origins_and_no_others_are_allowed() -> None:
    origins = Origins.parse("https://a.example, https://b.example/", without=True)

    assert origins.allow("https://b.example", "c.example")
    assert not origins.allow("https://c.example", "c.example")
    assert not origins.allow("http://b.example", "c.example")
    assert not origins.allow("https://b.example.c.example", "c.example")


def test_a_star_allows_all() -> None:
    assert Origins.parse("*", without=True).allow("https://anyone.example", "a.example")


@pytest.mark.parametrize("without", [True, False])
def test_a_client_that_names_no_origin_is_taken_as_the_setting_says(without: bool) -> None:
    assert Origins.parse("", without=without).allow(None, "a.example") is without
