"""A pool whose workers are tasks of a Ray cluster, for the functions that a pool of processes runs on one machine.

The functions are the same, and pure: they take drawings and give arrays, or take weights and give weights. So a task
whose worker or node dies is run again, and nothing is lost or made twice; only the caller writes to the store. Ray is
imported when a cluster is asked for (`pip install midstroke[ray]`).
"""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from training.data.processes import pools_made_by

LOCAL = "local"
AUTO = "auto"  # the cluster that this machine is a node of
IN_FLIGHT = 2  # tasks for each core of the cluster: memory does not grow with the number of drawings
RETRIES = 8  # of a task, after the death of its worker
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 20.0  # for a head to answer; of it 1 to 3 s are the import of Ray
STORE_BYTES = 512 * 2**20  # of a local Ray for arguments and results; IN_FLIGHT tasks take less
DEFAULT_PORT, MAX_PORT = 6379, 65535

# In a process of its own: where no head answers, Ray repeats itself on standard error, and ends the process.
ASK_HEAD = "import sys; from ray._raylet import GcsClient; GcsClient(address=sys.argv[1])"


class NoRay(Exception):
    """Ray is not installed, or the cluster can't be used; the message says which."""


class BadAddress(NoRay):
    """An address that is no host:port."""


@contextmanager
def on_ray(address: str, cores: int) -> Iterator[RayPool]:
    """Inside the block, pools run on Ray; gives one with the number of the cluster's cores.

    Args:
        address: `host:port` of a cluster's head; AUTO the one that this machine is a node of; LOCAL starts a
            Ray of this machine, on 127.0.0.1 alone.
        cores: of a local Ray.

    Raises:
        BadAddress: the address is none of these.
        NoRay: Ray is missing, or the head does not answer, or is lost while the block runs.
    """
    if address not in (LOCAL, AUTO):
        address = _host_and_port(address)
    ray = _import_ray()
    if address not in (LOCAL, AUTO):
        _expect_head(address)
    try:
        _connect(ray, address, cores)
    except Exception as error:  # Ray raises its own, ConnectionError, ValueError and RuntimeError
        raise NoRay(f"no connection to the Ray cluster at {address}: {_first_line(error)}") from error
    try:
        with _failures_translated(ray, address):
            pool = RayPool(ray, max(2, int(ray.cluster_resources().get("CPU", 1))))
            with pools_made_by(lambda _processes: pool):
                yield pool
    finally:
        ray.shutdown()


@contextmanager
def _failures_translated(ray: Any, address: str) -> Iterator[None]:
    try:
        yield
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error  # the function's own, as on one machine
    except ray.exceptions.RayError as error:
        raise NoRay(f"the Ray cluster at {address} failed: {_first_line(error)}") from error


class RayPool(Executor):
    """Runs each call as a task."""

    def __init__(self, ray: Any, cores: int) -> None:
        self.cores = cores
        self._ray = ray
        self._task = ray.remote(max_retries=RETRIES)(_call)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = self._task.remote(fn, *args, **kwargs).future()
        return future

    def share(self, value: Any) -> Any:
        return self._ray.put(value)

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,  # noqa: ARG002 - of the base class; a task is a chunk
    ) -> Iterator[Any]:
        """The results in order; only so many tasks are in flight as keep the cluster busy."""
        waiting: deque[Future[Any]] = deque()
        for args in zip(*iterables, strict=False):
            waiting.append(self.submit(fn, *args))
            if len(waiting) >= IN_FLIGHT * self.cores:
                yield waiting.popleft().result(timeout)
        while waiting:
            yield waiting.popleft().result(timeout)


def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    # Ray gives what was shared in place of its references, which it looks for among the arguments alone.
    return function(*args, **kwargs)


def _import_ray() -> Any:
    # Ray reads them when it is imported: no report to its makers, and no advice about accelerators.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # After which Ray ends the program with a line of its own, when the head is gone in the middle of a training.
    os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", "10")
    try:
        import ray  # noqa: PLC0415 - 79 MB, only for who asks for it
        import ray.exceptions  # noqa: PLC0415
    except ImportError as error:
        raise NoRay(f"Ray is not installed: pip install 'midstroke[ray]' ({error})") from error
    return ray


def _connect(ray: Any, address: str, cores: int) -> None:
    quiet = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": True}
    if address != LOCAL:
        ray.init(address=address, **quiet)
        return
    # What Ray does on macOS: it takes the loopback's address for this machine's, and its servers listen there alone.
    # The argument below does not suffice: Ray replaces 127.0.0.1 in it by an address that others reach.
    importlib.import_module("ray._private.ray_constants").ENABLE_RAY_CLUSTER = False  # type: ignore[attr-defined]
    ray.init(
        address=LOCAL,
        num_cpus=max(2, cores),
        include_dashboard=False,
        object_store_memory=STORE_BYTES,
        _node_ip_address="127.0.0.1",
        **quiet,
    )


def _host_and_port(address: str) -> str:
    host, _, port = address.rpartition(":") if ":" in address else (address, "", str(DEFAULT_PORT))
    if not host or "/" in host or not port.isdecimal() or int(port) > MAX_PORT:
        raise BadAddress(f"{address!r} is no address of a Ray cluster; expected the host:port of its head, or {AUTO}")
    return f"{host}:{port}"


def _expect_head(address: str) -> None:
    """Ray itself tries for half a minute, and fails with pages of its log or ends the program."""
    host, _, port = address.rpartition(":")
    expected = "expected the host:port of its head"
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise NoRay(f"no Ray cluster answers at {address}: {error}; {expected}") from error
    command = [sys.executable, "-c", ASK_HEAD, address]
    try:
        asked = subprocess.run(  # noqa: S603 - this Python, our line
            command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        reason = f"no answer of a Ray head in {ANSWER_SECONDS:.0f} s"
        raise NoRay(f"no Ray cluster answers at {address}: {reason}; {expected}") from error
    if "AuthenticationError" in asked.stderr:
        how = "set RAY_AUTH_MODE=token, and the token in RAY_AUTH_TOKEN or ~/.ray/auth_token"
        raise NoRay(f"the Ray cluster at {address} expects a token: {how}")
    if asked.returncode != 0:
        raise NoRay(f"no Ray cluster answers at {address}: what listens there is no Ray head; {expected}")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
