from __future__ import annotations

import pytest

from service.http.pages.public_address import public_address, with_public_address


@pytest.mark.parametrize(
    ("headers", "root_path", "address"),
    [
        ({"host": "digits.example"}, "", "http://digits.example/"),
        ({"host": "[::1]:8000"}, "", "http://[::1]:8000/"),
        ({"host": "10.0.0.1:8000", "x-forwarded-host": "a.example"}, "/digits/", "http://a.example/digits/"),
        (
            {"host": "a.example", "x-forwarded-proto": "https", "x-forwarded-prefix": "/x/y/"},
            "",
            "https://a.example/x/y/",
        ),
        ({"host": "a.example", "x-forwarded-proto": "https, http"}, "", "https://a.example/"),
        ({"host": "a.example", "x-forwarded-proto": "javascript"}, "", "http://a.example/"),
        ({"host": "a.example", "x-forwarded-prefix": '/"><script>'}, "/digits", "http://a.example/digits/"),
        ({"host": 'a.example"><script>'}, "", None),
        ({}, "", None),
    ],
)
def test_the_address_is_the_one_that_the_proxy_shows(
    headers: dict[str, str], root_path: str, address: str | None
) -> None:
    assert public_address(headers, "http", root_path) == address


def test_shared_addresses_are_absolute() -> None:
    page = (
        '<meta property="og:url" content="./"><meta property="og:image" content="img/preview.png"><img src="img/a.png">'
    )

    shared = with_public_address(page, "https://a.example/digits/")

    assert 'property="og:url" content="https://a.example/digits/"' in shared
    assert 'property="og:image" content="https://a.example/digits/img/preview.png"' in shared
    assert '<img src="img/a.png">' in shared
    assert with_public_address(page, None) == page
