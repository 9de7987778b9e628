"""A pool whose workers are tasks of a Ray cluster, for the functions that a pool of processes runs on one machine.

The functions are the same, and pure: they take drawings and give arrays, or take weights and give weights. So a task
whose worker or node dies is run again, and nothing is lost or made twice; only the caller writes to the store. Ray is
imported when a cluster is asked for (`pip install midstroke[ray]`).
"""

from __future__ import annotations

import importlib
import os
import socket
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
STORE_BYTES = 512 * 2**20  # of a local Ray for arguments and results; IN_FLIGHT tasks take less
DEFAULT_PORT = 6379


class NoRay(Exception):
    """Ray is not installed, or the cluster can't be used; the message says which."""


@contextmanager
def on_ray(address: str, cores: int) -> Iterator[RayPool]:
    """Inside the block, pools run on Ray; gives one with the number of the cluster's cores.

    Args:
        address: `host:port` of a cluster's head; AUTO the one that this machine is a node of; LOCAL starts a
            Ray of this machine, on 127.0.0.1 alone.
        cores: of a local Ray.

    Raises:
        NoRay: Ray is missing, or the head does not answer, or is lost while the block runs.
    """
    ray = _import_ray()
    if address not in (LOCAL, AUTO):
        _expect_head(address)
    try:
        _connect(ray, address, cores)
    except Exception as error:  # Ray raises its own, ConnectionError, ValueError and RuntimeError
        raise NoRay(f"no connection to the Ray cluster at {address}: {_first_line(error)}") from error
    try:
        total = max(2, int(ray.cluster_resources().get("CPU", 1)))
        with pools_made_by(lambda _processes: RayPool(ray, total)):
            yield RayPool(ray, total)
    except ray.exceptions.RayError as error:
        raise NoRay(f"the Ray cluster at {address} failed: {_first_line(error)}") from error
    finally:
        ray.shutdown()


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


def _expect_head(address: str) -> None:
    """Ray itself tries for a minute, and fails with pages of its log."""
    host, _, port = address.rpartition(":") if ":" in address else (address, "", str(DEFAULT_PORT))
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise NoRay(f"no Ray cluster answers at {address}: {error}; expected the host:port of its head") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
