"""Compares the plan's load of a core with one real load on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from infra.fleet.model import Inputs
from infra.harness.clients.load import Pace, latency_of, open_loop_running, pinned_service
from infra.harness.data.frames import make_frames

CALIBRATION = 400.0, 50  # snapshots/s in all, sockets: from this the cost of a snapshot is taken
LOAD = 2000.0, 200  # five times as much: what the plan has to foretell
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Checked:
    """Shares of one core, by the service's own processor time."""

    planned: float
    measured: float
    snapshots_per_core: float  # for inputs.toml

    @property
    def error(self) -> float:
        return abs(self.planned - self.measured) / self.measured


def check(scratch: Path, inputs: Inputs, seconds: float = SECONDS) -> Checked:
    """Measures a small load, foretells a larger one, and measures that."""
    del inputs  # prices and visitors don't enter
    frames = make_frames("path48", 10)
    with pinned_service(scratch / "var") as service:
        small = _share(service.websocket_url, service.process.pid, frames, CALIBRATION, seconds)
        idle = _idle_share(service.process.pid, seconds / 4)
        cost = max(small - idle, 1e-9) / CALIBRATION[0]
        measured = _share(service.websocket_url, service.process.pid, frames, LOAD, seconds)
    return Checked(planned=idle + cost * LOAD[0], measured=measured, snapshots_per_core=1 / cost)


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
