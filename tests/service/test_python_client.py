"""The Python client against a real service."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from midstroke_client import (
    ConnectionEnded,
    ContributionRefused,
    Guess,
    NotConnected,
    Outbox,
    SnapshotRefused,
    connect,
    new_contributor,
)
from midstroke_client.backoff import delay_after
from midstroke_client.link import socket_address
from midstroke_client.snapshots import stages
from midstroke_client.sync import connect as connect_sync
from tests.repository import ROOT
from tests.service.conversation import StartService
from tests.service.serving import Service

SEVEN = [[[150, 120, 0], [250, 118, 60], [350, 120, 120], [290, 260, 180], [220, 400, 240]]]
NOBODY = "http://127.0.0.1:9"  # nothing listens on the discard port


def url(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}"


def test_a_drawing_is_watched_point_by_point(service: Service) -> None:
    async def watch() -> list[Guess]:
        async with connect(url(service)) as ink:
            return [guess async for guess in ink.watch(SEVEN)]

    guesses = asyncio.run(watch())

    assert len(guesses) == 5
    assert {guess.drawing for guess in guesses} == {1}
    assert guesses[-1].label == "7"
    assert guesses[-1].confidence == max(guesses[-1].probabilities) > 0.5


def test_a_growing_drawing_is_watched_by_every_family_asked_for(service: Service) -> None:
    async def draw() -> AsyncIterator[list[Any]]:
        for end in (2, 3, 5):
            yield [SEVEN[0][:end]]

    async def watch() -> list[Guess]:
        async with connect(url(service), families=["path", "cnn"]) as ink:
            return [guess async for guess in ink.watch(draw())]

    guesses = asyncio.run(watch())

    assert [guess.seq for guess in guesses] == [1, 1, 2, 2, 3, 3]
    assert {guess.family for guess in guesses} == {"path", "cnn"}


def test_programs_without_asyncio_use_the_twin(service: Service) -> None:
    with connect_sync(url(service)) as ink:
        guesses = list(ink.watch(SEVEN))
        grown = list(ink.watch(([SEVEN[0][:end]] for end in (2, 5)), growing=True))

    assert (len(guesses), len(grown)) == (5, 2)
    assert guesses[-1].label == grown[-1].label == "7"
    assert guesses[0].drawing != grown[0].drawing


@pytest.mark.parametrize("side", [500, 280])
def test_a_contribution_with_pictures_by_the_client_is_accepted(service: Service, side: int) -> None:
    scaled = [[[x * side / 500, y * side / 500, t] for x, y, t in stroke] for stroke in SEVEN]
    with connect_sync(url(service), contributor=new_contributor()) as ink:
        consent = ink.welcome.terms.version
        accepted = ink.contribute(scaled, 7, consent=consent, width=side, height=side, pen_width=12, pointer="pen")

        receipts = ink.outbox.receipts

    assert accepted.receipt
    assert receipts == {accepted.id: accepted.receipt}
    assert service.spool.counts().by_label[7] == 1


def test_a_contribution_that_is_refused_says_why_and_leaves_the_outbox(service: Service, tmp_path: Path) -> None:
    with connect_sync(url(service), contributor=new_contributor(), outbox=tmp_path / "outbox.json") as ink:
        with pytest.raises(ContributionRefused, match="consent"):
            ink.contribute(SEVEN, 7, consent="none")

        assert ink.outbox.waiting == []


def test_a_drawing_survives_the_end_of_its_program(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "outbox.json"
    consent = "2026-11-1"

    async def draw_while_the_service_is_away() -> None:
        async with connect(url(service), contributor=new_contributor(), outbox=file) as ink:
            await ink._link._socket.close()  # type: ignore[union-attr]
            ink._link._socket = None
            giving = asyncio.create_task(ink.contribute(SEVEN, 7, consent=consent))
            while not ink.outbox.waiting:
                await asyncio.sleep(0.01)
            giving.cancel()

    asyncio.run(draw_while_the_service_is_away())
    assert len(Outbox(file).waiting) == 1
    assert file.stat().st_mode & 0o077 == 0

    with connect_sync(url(service), outbox=file) as ink:
        ink.flush()

    assert Outbox(file).waiting == []
    assert len(Outbox(file).receipts) == 1
    assert service.spool.counts().total == 1


def test_a_lost_connection_is_opened_again_and_the_snapshot_sent_again(service: Service) -> None:
    async def lose_it() -> list[Guess]:
        async with connect(url(service)) as ink:
            await ink._link._socket.close(code=1001)  # type: ignore[union-attr]
            return await ink.guess(SEVEN)

    assert asyncio.run(lose_it())[0].label == "7"


def test_a_refused_origin_ends_with_the_service_s_reason(start_service: StartService) -> None:
    service = start_service()

    with pytest.raises(ConnectionEnded, match="MIDSTROKE_ALLOWED_ORIGINS") as caught:
        with connect_sync(url(service), origin="https://elsewhere.example"):
            pass

    assert caught.value.code == 4403


def test_an_unknown_family_and_a_wrong_drawing_are_refused_in_words(service: Service) -> None:
    with pytest.raises(SnapshotRefused, match="made-up"):
        with connect_sync(url(service), families=["made-up"]):
            pass
    with connect_sync(url(service)) as ink:
        with pytest.raises(SnapshotRefused, match="bad_snapshot"):
            ink.guess(SEVEN, width=0)


def test_without_a_service_connecting_fails_in_time() -> None:
    with pytest.raises(NotConnected):
        with connect_sync(NOBODY, timeout=0.3):
            pass


def test_a_contribution_without_a_contributor_is_an_error_of_the_program(service: Service) -> None:
    with connect_sync(url(service)) as ink:
        with pytest.raises(ValueError, match="new_contributor"):
            ink.contribute(SEVEN, 7, consent="2026-11-1")


@pytest.mark.parametrize(
    ("code", "attempt", "delay"),
    [(1000, 0, None), (4400, 0, None), (4403, 3, None), (1012, 0, 0.4), (1012, 1, 1.0), (4503, 0, 0.5), (1006, 9, 15)],
)
def test_reconnecting_follows_the_close_codes(code: int, attempt: int, delay: float | None) -> None:
    assert delay_after(code, attempt, jitter=1.0) == delay


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
        ("https://example.org/digits/", "wss://example.org/digits/ws"),
        ("wss://example.org/ws", "wss://example.org/ws"),
    ],
)
def test_any_address_of_a_service_is_taken(given: str, address: str) -> None:
    assert socket_address(given) == address


def test_a_long_drawing_is_watched_in_at_most_64_steps() -> None:
    shown = list(stages([[[n, n] for n in range(1000)], [[5, 5]]]))

    assert len(shown) <= 64
    assert sum(map(len, shown[-1])) == 1001


def test_the_client_needs_nothing_but_websockets() -> None:
    code = "import midstroke_client.sync, sys; print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", f"import json; {code}"],
        env={"PYTHONPATH": str(ROOT / "frontend" / "clients" / "python")},
        capture_output=True,
        check=True,
    )

    loaded = {name for name in json.loads(ended.stdout) if not name.startswith("_")}
    assert loaded - set(sys.stdlib_module_names) <= {"midstroke_client", "websockets", "python_socks"}
