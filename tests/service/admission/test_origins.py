from __future__ import annotations

import logging

import pytest

from service.admission.origins import MAX_LOGGED, BadOrigin, Origins, parse_origins

MAX_REASON_BYTES = 123  # of a websocket's close


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("https://draw.example", "draw.example"),
        ("https://Draw.Example", "draw.example"),
        ("https://draw.example", "DRAW.example"),
        ("http://draw.example", "draw.example:80"),
        ("http://draw.example:80", "draw.example"),
        ("https://draw.example", "draw.example:443"),
        ("https://draw.example:443", "draw.example"),
        ("https://draw.example.", "draw.example"),
        ("https://draw.example", "draw.example."),
        ("https://draw.example:8443", "draw.example"),
        ("http://my_host:8000", "my_host:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://[::1]:8000", "[0:0:0:0:0:0:0:1]:8000"),
        ("http://[FE80::1]", "[fe80::1]"),
    ],
)
@pytest.mark.parametrize("header", ["host", "x-forwarded-host"])
def test_the_page_served_here_is_accepted(header: str, origin: str, host: str) -> None:
    assert Origins().refusal({"host": "upstream:8000", "origin": origin, header: host}) is None


def test_the_first_of_several_forwarded_hosts_counts() -> None:
    headers = {"host": "app", "x-forwarded-host": "draw.example, proxy.internal"}

    assert Origins().refusal({**headers, "origin": "https://draw.example"}) is None
    assert Origins().refusal({**headers, "origin": "https://proxy.internal"}) is not None


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "draw.example"),
        ("http://draw.example:8001", "draw.example:8000"),
        ("http://draw.example", "draw.example:8000"),
        ("https://draw.example", "draw.example:80"),
        ("http://draw.example:0", "draw.example:80"),
        ("http://draw.example.evil.example", "draw.example"),
        ("http://evildraw.example", "draw.example"),
        ("http://draw.example..", "draw.example"),
        ("null", "draw.example"),
        ("null", "null"),
        ("file://", "draw.example"),
        ("", ""),
        ("http://", ""),
        ("http://draw.example", ""),
        ("http://draw.example:port", "draw.example"),
        ("http://draw.example:", "draw.example"),
        ("http://draw.example:99999", "draw.example"),
        ("http://draw.example:٨٠", "draw.example"),
        ("http://user@draw.example", "draw.example"),
        ("http://draw.example@evil.example", "draw.example"),
        ("http://draw.example", "evil@draw.example"),
        ("http://draw.example/", "draw.example"),
        ("http://draw.example/path", "draw.example"),
        ("http://draw.example?", "draw.example"),
        ("http://draw.example#", "draw.example"),
        ("http://draw.example\\.evil.example", "draw.example"),
        (" http://draw.example", "draw.example"),
        ("http://draw.example http://evil.example", "draw.example"),
        ("ws://draw.example", "draw.example"),
        ("http://[::2]:8000", "[::1]:8000"),
        ("http://[::1", "[::1"),
        ("http://[fe80::1%25eth0]", "[fe80::1%25eth0]"),
        ("http://" + "\u00e9" * 60, "draw.example"),
    ],
)
@pytest.mark.parametrize("header", ["host", "x-forwarded-host"])
def test_another_page_is_refused_by_a_reason_that_fits_a_close_frame(header: str, origin: str, host: str) -> None:
    reason = Origins().refusal({"origin": origin, header: host})

    assert reason is not None
    assert reason.isascii()
    assert len(reason) <= MAX_REASON_BYTES
    assert "MIDSTROKE_ALLOWED_ORIGINS" in reason


def test_the_refusal_names_the_origin() -> None:
    reason = Origins().refusal({"origin": "https://other.example:8443", "host": "draw.example"})

    assert reason is not None
    assert "https://other.example:8443" in reason


def test_allowed_origins_are_added_to_the_page_served_here() -> None:
    origins = Origins("https://A.example:443, http://b.example:8000/")

    def accepts(origin: str) -> bool:
        return origins.refusal({"origin": origin, "host": "draw.example"}) is None

    assert accepts("https://draw.example")
    assert accepts("https://a.example")
    assert accepts("http://B.example:8000")
    assert not accepts("http://a.example")
    assert not accepts("http://b.example")
    assert not accepts("https://a.example.evil.example")
    assert not accepts("null")


def test_a_star_allows_all() -> None:
    origins = Origins("*")

    assert origins.refusal({"origin": "https://anyone.example", "host": "a.example"}) is None
    assert origins.refusal({"origin": "null", "host": "a.example"}) is None


@pytest.mark.parametrize(
    "text", ["draw.example", "https://a.example/path", "https://", "ftp://a.example", "null", "a,*"]
)
def test_a_setting_with_something_else_than_origins_is_an_error(text: str) -> None:
    with pytest.raises(BadOrigin, match="expected https://host"):
        parse_origins(text)


def test_a_client_without_an_origin_is_accepted_or_refused_by_its_setting() -> None:
    assert Origins(without=True).refusal({"host": "a.example"}) is None
    assert "MIDSTROKE_ALLOW_NO_ORIGIN" in (Origins(without=False).refusal({"host": "a.example"}) or "")


def test_a_refused_origin_is_logged_once_with_the_hosts_and_the_setting(caplog: pytest.LogCaptureFixture) -> None:
    origins = Origins()

    for _ in range(3):
        origins.refusal({"origin": "https://draw.example", "host": "127.0.0.1:8000"})

    (line,) = caplog.messages
    assert "https://draw.example" in line
    assert "127.0.0.1:8000" in line
    assert "MIDSTROKE_ALLOWED_ORIGINS" in line


def test_made_up_origins_can_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    origins = Origins()

    with caplog.at_level(logging.DEBUG):
        for number in range(10 * MAX_LOGGED):
            origins.refusal({"origin": f"https://{number}.example\n\x1b[31m" + "\u00e9" * 60, "host": "a" * 5000})

    assert len(caplog.messages) == MAX_LOGGED + 1
    assert all(line.isascii() and line.isprintable() and len(line) < 400 for line in caplog.messages)
