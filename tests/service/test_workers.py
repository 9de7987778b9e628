"""Several processes on one port: they answer, stop on SIGTERM, and all end when one ends."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from websockets.sync.client import connect

from infra.harness.service_process import RunningService, running_service
from service.network.listener import CannotListen, bind_apart
from service.workers import run_workers
from tests.service.conversation import ask, greet, ink_frame

pytestmark = pytest.mark.slow  # starts the service and kills workers

STOP_SECONDS = 20.0  # a bound for a busy machine, not a promise


def workers_of(service: RunningService) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(service.process.pid), "-f", "service serve"], capture_output=True, text=True, check=True
    )
    return [int(line) for line in found.stdout.split()]


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_two_workers_answer_and_stop_on_sigterm(tmp_path: Path) -> None:
    with running_service(tmp_path, env={"MIDSTROKE_WORKERS": "2"}) as service:
        workers = workers_of(service)
        with connect(service.websocket_url) as one, connect(service.websocket_url) as other:
            greet(one)
            greet(other)
            answers = [ask(one, ink_frame(1)), ask(other, ink_frame(1))]

        service.process.terminate()

        assert service.process.wait(STOP_SECONDS) == 0
        assert len(workers) == 2
        assert not any(is_running(worker) for worker in workers)
        assert answers[0] == answers[1]
        assert answers[0]["type"] == "prediction"


def test_all_workers_end_with_the_exit_code_of_the_first(tmp_path: Path) -> None:
    with running_service(tmp_path, env={"MIDSTROKE_WORKERS": "2"}) as service:
        workers = workers_of(service)

        os.kill(workers[0], signal.SIGKILL)

        assert service.process.wait(STOP_SECONDS) == signal.SIGKILL
        assert not any(is_running(worker) for worker in workers)


def test_a_worker_that_ends_by_itself_is_a_failure_even_with_0() -> None:
    def work(number: int) -> None:
        if number == 1:
            # Under a handler in Python the signal could come just before the pause, which would then last.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pause()

    assert run_workers(2, work) == 1


def test_a_worker_that_raises_never_returns_into_the_parents_code() -> None:
    parent = os.getpid()

    def work(_: int) -> None:
        raise RuntimeError("broken")

    assert run_workers(1, work) == 1
    assert os.getpid() == parent


def test_the_kernel_balances_connections_across_workers(tmp_path: Path) -> None:
    with running_service(tmp_path, env={"MIDSTROKE_WORKERS": "2"}) as service:
        wait_until_both_answer(service)

        with ExitStack() as open_sockets:
            for _ in range(40):
                greet(open_sockets.enter_context(connect(service.websocket_url)))
            shares = [established_by(worker, service.port) for worker in workers_of(service)]

    assert sum(shares) == 40
    assert min(shares) >= 5  # 20 each on average: fewer than 5 come once in ten million


def test_two_services_can_not_share_a_port(tmp_path: Path) -> None:
    with running_service(tmp_path / "one", env={"MIDSTROKE_WORKERS": "2"}) as service:
        with pytest.raises(CannotListen, match="in use"):
            bind_apart("127.0.0.1", service.port, 2)


def established_by(process: int, port: int) -> int:
    connections = psutil.Process(process).net_connections("tcp")
    return sum(c.status == psutil.CONN_ESTABLISHED and c.laddr.port == port for c in connections)


def wait_until_both_answer(service: RunningService) -> None:
    """Until each has answered: one that starts later takes its connections then, which is what is to be counted."""
    answered: set[int] = set()
    while len(answered) < 2:
        with connect(service.websocket_url) as socket:
            greet(socket)
            answered |= {worker for worker in workers_of(service) if established_by(worker, service.port)}


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with running_service(tmp_path, env={"MIDSTROKE_WORKERS": "2"}) as service:
        workers = [psutil.Process(worker) for worker in workers_of(service)]

        service.kill()

        _, alive = psutil.wait_procs(workers, STOP_SECONDS)
    assert len(workers) == 2
    assert alive == []
