"""The load client against a server that only echoes, and the figures made from its answers."""

from __future__ import annotations

import math
import time

import pytest

pytest.importorskip("picows", reason="the load client's")

from infra.bench.serving.echo import pinned_echo
from infra.harness.clients.load import Drawers, LoadFailed, closed_loop, idle_sockets
from infra.harness.processes import free_port


def test_an_unanswered_frame_counts_until_the_end() -> None:
    drawers = Drawers()
    drawers.fill({"answers": [(1.0, 0.5), (2.0, 0.25)], "unanswered": [(2.5, 7.5)]})

    assert drawers.p99(1.0, 2.0) == 500
    assert drawers.p99(2.0, 3.0) == 7500
    assert drawers.answered(1.4, 1.6) == 1


def test_a_span_without_frames_has_no_percentile() -> None:
    assert Drawers().p99(0, 1) == math.inf


@pytest.mark.slow
def test_a_closed_loop_times_each_answer_only_on_request() -> None:
    with pinned_echo("picows", 100) as url:
        plain = closed_loop(url, [b"frame"], 2, 0.2, warm_up=0.1)
        timed = closed_loop(url, [b"frame"], 2, 0.2, warm_up=0.1, timed=True)

    assert plain.per_second > 0
    assert plain.times == []
    assert (plain.reply_bytes, plain.errors, plain.closed) == (100, 0, 0)
    assert all(seconds > 0 for seconds in timed.times)


@pytest.mark.slow
def test_idle_sockets_stay_open_within_the_block() -> None:
    with pinned_echo("picows", 100) as url, idle_sockets(url, 3):
        time.sleep(0.05)


@pytest.mark.slow
def test_a_client_that_cannot_connect_is_an_error() -> None:
    with pytest.raises(LoadFailed, match="onnect"):
        closed_loop(f"ws://127.0.0.1:{free_port()}/", [b"frame"], 1, 0.1)
