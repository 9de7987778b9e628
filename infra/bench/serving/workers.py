"""One service process on one core, and two on two."""

from __future__ import annotations

import os
from statistics import median

from infra.bench.serving.inference_time import per_second
from infra.harness.clients.load import Throughput, closed_loop, pinned_service
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import Outcome, Result, Row, Setting, judge

TITLE = "Two processes on two cores"
TEXT = """\
`MIDSTROKE_WORKERS=2` forks two processes, each with its own listening socket on one port: the kernel balances
connections across processes (SO_REUSEPORT). With one socket that both inherited, whichever woke first took nearly all,
and two did 1.1 times one. Each has its own models, one of them uploads, and both write the same spool. The clients run
on the same two cores, so two processes can't be twice one: the row notes the clients' share of a core. One worker has
the first core and the client the last; two workers are not pinned, nor is their client.

Cores that are threads of one core share its arithmetic units. The gain of this machine from a second process is
measured by inference alone, on each core by itself and on both at once: no arrangement of workers gains more.
"""

SOCKETS = 50
ROUNDS, SECONDS = 3, 3.0
GOAL = 1.6
ROOM = 0.25  # of a core that the clients may take for the goal to be judged


def measure(setting: Setting) -> Result:
    rounds, seconds = (1, 0.3) if setting.quick else (ROUNDS, SECONDS)
    frames = make_frames("ink20", 200, setting.drawings)
    cores = tuple(sorted(os.sched_getaffinity(0)))
    one: list[Throughput] = []
    two: list[Throughput] = []
    with pinned_service(setting.scratch / "one") as single:
        with pinned_service(setting.scratch / "two", cores, workers=2) as double:
            for _ in range(rounds):
                one.append(closed_loop(single.websocket_url, frames, SOCKETS, seconds, "softmax"))
                two.append(closed_loop(double.websocket_url, frames, SOCKETS, seconds, "softmax", cores=cores))
    ours, theirs = (median(found.per_second for found in many) for many in (two, one))
    busy = median(found.client_busy for found in two)
    row = Row(
        name=f"two workers beside one, {SOCKETS} sockets, softmax (ink20)",
        ours=ours,
        unit="predictions/s",
        theirs=theirs,
        ratio=ours / theirs,
        goal=f">= {GOAL:g} times one, where the clients leave room",
        outcome=judge(ours / theirs >= GOAL) if busy <= ROOM else Outcome.NOT_JUDGED,
        note=f"the clients took {100 * busy:.0f} % of a core beside them, of {len(cores)} cores",
    )
    return Result((row, _machine(cores, rounds, seconds)))


def _machine(cores: tuple[int, ...], rounds: int, seconds: float) -> Row:
    """The gain of a second process on this machine."""
    one, two = [], []
    for _ in range(rounds):
        one.append(per_second(cores[:1], seconds))
        two.append(per_second(cores[:2], seconds))
    both, alone = median(two), median(one)
    return Row("inference alone, two processes beside one", both, "predictions/s", alone, both / alone)
