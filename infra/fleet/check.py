"""Compares the plan's load of a core with one real load on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from infra.fleet.model import Inputs
from infra.harness.clients.load import Pace, latency_of, open_loop_running, pinned_service
from infra.harness.data.frames import make_frames

# Snapshots/s in all, sockets. A core with little to do wakes up for each snapshot, which makes it dearer: the cost is
# taken from a load like the one that is planned for.
CALIBRATION = 1000.0, 100
LOAD = 2000.0, 200  # what the plan has to foretell
ROUNDS = 5  # of both loads in turn: the speed of a shared machine changes from minute to minute
SECONDS = 8.0  # of each load
OTHERS = 0.15  # share of all cores that other programs may use
LOOK_SECONDS = 3.0


class TooBusy(RuntimeError):
    """Other programs use so much of the machine that a load would be measured wrongly; the message says how much."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Shares of one core, by the service's own processor time, in each round."""

    planned: tuple[float, ...]
    measured: tuple[float, ...]
    snapshots_per_core: float  # for inputs.toml

    @property
    def error(self) -> float:
        """How far the plan is off, beside what was measured in the same round; the median."""
        return abs(
            median(planned / measured for planned, measured in zip(self.planned, self.measured, strict=True)) - 1
        )


def check(scratch: Path, inputs: Inputs, seconds: float = SECONDS) -> Checked:
    """Measures a load, foretells one twice as large, and measures that.

    Raises:
        TooBusy: other programs use more than OTHERS of the machine before or after it.
    """
    refuse_busy(busy_share())
    del inputs  # prices and visitors don't enter
    frames = make_frames("path48", 10)
    costs, planned, measured = list[float](), list[float](), list[float]()
    with pinned_service(scratch / "var") as service:
        url, process = service.websocket_url, service.process.pid
        idle = _idle_share(process, seconds / 2)
        for _ in range(ROUNDS):
            small = _share(url, process, frames, CALIBRATION, seconds)
            large = _share(url, process, frames, LOAD, seconds)
            costs.append(max(small - idle, 1e-9) / CALIBRATION[0])
            planned.append(idle + costs[-1] * LOAD[0])
            measured.append(large)
    refuse_busy(busy_share())
    return Checked(tuple(planned), tuple(measured), snapshots_per_core=1 / median(costs))


def busy_share(seconds: float = LOOK_SECONDS) -> float:
    """The share of all cores in use, of 1."""
    before = _ticks()
    time.sleep(seconds)
    total, idle = (after - then for after, then in zip(_ticks(), before, strict=True))
    return 1 - idle / max(total, 1)


def refuse_busy(share: float) -> None:
    """Raises TooBusy where the share is above OTHERS."""
    if share > OTHERS:
        raise TooBusy(
            f"other programs use {100 * share:.0f} % of this machine, at most {100 * OTHERS:.0f} % to measure"
        )


def _ticks() -> tuple[int, int]:
    """Of all cores since the start: in all, and idle or waiting for a disk."""
    fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(fields), fields[3] + fields[4]


def _share(url: str, process: int, frames: list[bytes], load: tuple[float, int], seconds: float) -> float:
    rate, sockets = load
    pace = Pace(frames, sockets, rate / sockets, seconds, spin=False)
    with open_loop_running(url, pace) as client:
        before, began = _processor_seconds(process), time.monotonic()
        time.sleep(seconds * 0.9)
        share = (_processor_seconds(process) - before) / (time.monotonic() - began)
        latency_of(client)
    return share


def _idle_share(process: int, seconds: float) -> float:
    before, began = _processor_seconds(process), time.monotonic()
    time.sleep(seconds)
    return (_processor_seconds(process) - before) / (time.monotonic() - began)


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
