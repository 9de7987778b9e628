"""Plans a fleet from a day's visitors: cores, memory, requests, money, and the lag from contribution to model.

Plain arithmetic on `inputs.toml`; every figure names its unit. What it leaves out: load balancers, logs, people.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

INPUTS = Path(__file__).with_name("inputs.toml")
DAYS = 30.0  # of a month
HOUR, DAY = 3600.0, 86_400.0
REPLY_BYTES = 260  # of a prediction
PAGE_BYTES = 400_000  # of a first visit

Inputs = Mapping[str, Mapping[str, float]]


class BadInputs(ValueError):
    """The file is not a fleet's inputs; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Of the store, for one contribution."""

    puts: float  # PUT and LIST, which cost the same
    gets: float
    deletes: float  # free of charge


@dataclass(frozen=True, slots=True)
class Fleet:
    """The needs of so many drawers a day; rates are those of the busiest hour."""

    drawers: int
    sockets: float
    snapshots_per_second: float
    contributions_per_second: float
    cores: float
    replicas: int
    memory_gb: float
    contributions_per_day: float
    puts_per_month: float
    gets_per_month: float
    stored_gb_per_month: float
    shard_gb_per_month: float
    trainings_per_day: float
    trainer_load: float  # of one trainer; above 1 it falls behind
    lag_seconds: float  # from a contribution to a model that was trained on it
    dollars_per_month: Mapping[str, float]

    @property
    def dollars(self) -> float:
        return sum(self.dollars_per_month.values())


def read_inputs(path: Path = INPUTS) -> Inputs:
    """Raises:
    BadInputs: a table of the shipped file is missing, or the file is no TOML.
    """
    try:
        inputs = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise BadInputs(f"{path}: {error}") from error
    needed = {"drawer", "machine", "contribution", "trainer", "prices"}
    if missing := needed - inputs.keys():
        raise BadInputs(f"{path} has no [{min(missing)}], expected {', '.join(sorted(needed))}")
    return inputs


def requests_of(samples: float, batch: float = 1.0) -> Requests:
    """One contribution from the acknowledgement into a shard, uploaded in batches of so many.

    The service looks for the id twice (drawing, tombstone), the uploader twice again; a batch's claim is a PUT, a LIST
    and a DELETE. The trainer reads the JSON and each sample once, and deletes the arrival.
    """
    return Requests(puts=samples + 3 + 2 / batch, gets=4 + 1 + samples, deletes=1 + 1 / batch)


def _training(per_day: float, trainer: Mapping[str, float]) -> tuple[float, float, float]:
    """Trainings a day, the least load of one trainer, and the seconds from a contribution to a model."""
    takes = trainer["seconds_of_a_training"]
    compacting = per_day / trainer["drawings_compacted_per_second"] / DAY
    least = compacting + per_day / trainer["most_drawings_of_a_training"] * takes / DAY
    if least >= 1:
        return DAY / takes * max(0.0, 1 - compacting), least, float("inf")
    begun = min(per_day / trainer["retrain_after"], DAY * (1 - compacting) / takes)
    waiting = trainer["retrain_after"] / max(per_day / DAY, 1e-9)
    return begun, least, waiting + 2 * takes  # the training that is under way, and one's own


def plan(drawers: int, inputs: Inputs) -> Fleet:
    """The fleet for so many drawers a day."""
    one, machine, given, trainer = (inputs[name] for name in ("drawer", "machine", "contribution", "trainer"))
    busy = drawers * one["share_in_the_busiest_hour"] / HOUR  # visitors who come in a second
    sockets = busy * one["minutes_on_the_page"] * 60
    snapshots = busy * one["drawings"] * one["seconds_of_a_drawing"] * one["snapshots_per_second"]
    contributions = busy * one["drawings"] * one["contributes"]
    load = snapshots / machine["snapshots_per_second"] + contributions / machine["contributions_per_second"]
    cores = load / machine["utilisation"]
    replicas = max(2, ceil(cores), ceil(sockets / machine["max_sockets"]))
    memory = replicas * machine["service_bytes"] + sockets * machine["idle_socket_bytes"]
    per_day = drawers * one["drawings"] * one["contributes"]
    requests = requests_of(given["samples"], batch=max(1.0, min(32.0, contributions / replicas * 0.5)))
    stored = per_day * DAYS * (given["json_bytes"] + given["samples"] * given["png_bytes"] + given["shard_bytes"]) / 1e9
    trainings, trainer_load, lag = _training(per_day, trainer)
    replies = drawers * one["drawings"] * one["seconds_of_a_drawing"] * one["snapshots_per_second"] * REPLY_BYTES
    prices = inputs["prices"]
    dollars = {
        "cores": (max(cores, replicas * 0.5) + 1) * 24 * DAYS * prices["core_hour"],
        "puts": per_day * DAYS * requests.puts / 1000 * prices["put_per_1000"],
        "gets": per_day * DAYS * requests.gets / 1000 * prices["get_per_1000"],
        "storage, first month": stored * prices["storage_per_gb_month"] / 2,
        "egress": (replies + drawers * PAGE_BYTES) * DAYS / 1e9 * prices["egress_per_gb"],
    }
    return Fleet(
        drawers=drawers,
        sockets=sockets,
        snapshots_per_second=snapshots,
        contributions_per_second=contributions,
        cores=cores,
        replicas=replicas,
        memory_gb=memory / 1e9,
        contributions_per_day=per_day,
        puts_per_month=per_day * DAYS * requests.puts,
        gets_per_month=per_day * DAYS * requests.gets,
        stored_gb_per_month=stored,
        shard_gb_per_month=per_day * DAYS * given["shard_bytes"] / 1e9,
        trainings_per_day=trainings,
        trainer_load=trainer_load,
        lag_seconds=lag,
        dollars_per_month=dollars,
    )
