"""Ray runs the functions of the one-machine path: the same arrays, whatever becomes of its workers."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from collector.ink.drawing import DrawingError
from collector.storage.memory_store import MemoryStore
from infra.harness.processes import free_port
from service.cli.main import app
from tests.training.contributing import contribute_all
from training.data import ray_pool
from training.data.dataset import Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.processes import process_pool
from training.data.ray_pool import LOCAL, NoRay, on_ray
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles

VARIETY = Variety(copies=1, cuts=2)


def _need_ray() -> None:
    # Not imported here: it reads its environment when it is, which `on_ray` sets before.
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed: it has no wheel for this Python")


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "nowhere.invalid:1"])
def test_an_address_without_a_head_is_one_clear_line(address: str) -> None:
    _need_ray()
    address = address.format(port=free_port())

    ended = CliRunner().invoke(app, ["train", "--ray", address, "--resume"])

    assert ended.exit_code == 1
    assert ended.stderr.startswith(f"midstroke: no Ray cluster answers at {address}: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("address", ["127.0.0.1:70000", "127.0.0.1:x", ":6379", "ray://127.0.0.1:10001"])
def test_what_is_no_address_is_a_wrong_use_of_the_command(address: str) -> None:
    ended = CliRunner().invoke(app, ["train", "--ray", address, "--resume"])

    assert ended.exit_code == 2
    assert ended.stderr.startswith(f"midstroke: '{address}' is no address of a Ray cluster; ")
    assert len(ended.stderr.splitlines()) == 1


def test_another_server_at_the_address_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray would try for half a minute, and end the program itself."""
    _need_ray()
    monkeypatch.setattr(ray_pool, "ANSWER_SECONDS", 0.1)  # the process that asks is still importing
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        ended = CliRunner().invoke(app, ["train", "--ray", address, "--resume"])

    assert ended.exit_code == 1
    assert ended.stderr.startswith(f"midstroke: no Ray cluster answers at {address}: no answer of a Ray head in ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("ray.exceptions.AuthenticationError: RPC error: InvalidAuthToken", "expects a token: set RAY_AUTH_MODE=token"),
        ("ray.exceptions.RpcError: RPC error", "what listens there is no Ray head"),
    ],
)
def test_a_head_that_refuses_and_a_port_of_another_program_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, lines: str, expected: str
) -> None:
    _need_ray()
    monkeypatch.setattr(ray_pool, "ASK_HEAD", f"raise SystemExit({lines!r})")
    with socket.create_server(("127.0.0.1", 0)) as port:
        address = f"127.0.0.1:{port.getsockname()[1]}"

        with pytest.raises(NoRay, match=expected), on_ray(address, 2):
            pass


def test_without_ray_the_command_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)

    ended = CliRunner().invoke(app, ["train", "--resume", "--ray"])

    assert ended.exit_code == 1
    assert "Ray is not installed: pip install 'midstroke[ray]'" in ended.stderr


def test_a_failure_of_the_cluster_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _need_ray()
    monkeypatch.setattr(ray_pool, "_connect", lambda *_: (_ for _ in ()).throw(ConnectionError("gone\nand pages more")))

    with pytest.raises(NoRay, match=r"^no connection to the Ray cluster at local: gone$"), on_ray(LOCAL, 2):
        pass


def test_watching_and_ray_exclude_each_other() -> None:
    ended = CliRunner().invoke(app, ["train", "--watch", "--ray"])

    assert ended.exit_code == 2
    assert "--watch trains on this machine" in ended.stderr


def test_pools_are_of_this_machine_again_after_the_block() -> None:
    with process_pool(1) as pool:
        assert type(pool).__name__ == "ProcessPoolExecutor"


# Last: its pools are in place until the file ends.
@pytest.fixture(scope="module")
def ray_cores() -> Iterator[int]:
    _need_ray()
    with on_ray(LOCAL, 2) as pool:
        yield pool.cores


@pytest.mark.ray
@pytest.mark.slow  # starts a Ray of two processes
class TestOnRay:
    def test_features_are_the_same_to_the_byte(self, ray_cores: int) -> None:
        drawings = reference_drawings("replay")[:520]

        here = training_snapshots(drawings, "path48", VARIETY, seed=3)
        there = training_snapshots(drawings, "path48", VARIETY, seed=3, processes=ray_cores)

        assert here.labels.tobytes() == there.labels.tobytes()
        assert here.ink.tobytes() == there.ink.tobytes()
        assert {name: array.tobytes() for name, array in here.inputs.items()} == {
            name: array.tobytes() for name, array in there.inputs.items()
        }

    def test_shards_are_the_same_to_the_byte(self, ray_cores: int, tmp_path: Path) -> None:
        shards, contributed = [], MemoryStore()
        contribute_all(contributed, reference_drawings("replay")[:70])
        for processes in (1, ray_cores):
            store = MemoryStore()
            for key in list(contributed.keys()):
                store.put(key, contributed.get(key))
            Compaction(store, ShardFiles(store, tmp_path / str(processes)), processes).run()
            shards.append({key: store.get(key) for key in store.keys("shards/")})
            assert list(store.keys("arrivals/")) == []

        assert shards[0] == shards[1]

    def test_a_killed_worker_loses_and_repeats_no_part(self, ray_cores: int, tmp_path: Path) -> None:
        killed = tmp_path / "killed"

        def square(number: int) -> int:
            if number == 7 and not killed.exists():
                killed.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return number * number

        with process_pool(ray_cores) as pool:
            squares = list(pool.map(square, range(20)))

        assert killed.exists()
        assert squares == [number * number for number in range(20)]

    def test_an_error_of_the_function_is_what_the_caller_sees(self, ray_cores: int) -> None:
        import ray

        def fail() -> None:
            raise DrawingError("a stroke of no points")

        with (
            process_pool(ray_cores) as pool,
            pytest.raises(DrawingError, match=r"^a stroke of no points$"),
            ray_pool._failures_translated(ray, LOCAL),
        ):
            pool.submit(fail).result()

    def test_it_listens_on_this_machine_alone_and_reports_nothing(self, ray_cores: int) -> None:
        import ray

        (node,) = ray.nodes()
        processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
        listening = {
            connection.laddr.ip.removeprefix("::ffff:")
            for process in processes
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }

        assert node["NodeManagerAddress"] == "127.0.0.1"
        assert listening == {"127.0.0.1"}
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
