"""Fitting on several workers: the step of one machine, on parts, from averaged states."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from training.data.dataset import Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.sources import Source
from training.families.recipes import Recipe, family_named
from training.models.artifact import read_weights

pytestmark = pytest.mark.slow  # trains models

ORIGINAL = family_named("original")
RECIPE = Recipe("sgd", learning_rate=0.5, schedule="constant", batches=30, batch_size=64, copies=1)


class InThisProcess:
    """Workers that are none: each call runs at once."""

    def __init__(self, cores: int) -> None:
        self.cores = cores

    def share(self, value: Any) -> Any:
        return value

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        done = Future[Any]()
        done.set_result(function(*args))
        return done


@pytest.fixture(scope="module")
def source() -> Source:
    drawings = reference_drawings("replay")[:60]
    return Source(training_snapshots(drawings, "canvas20", Variety(copies=1, cuts=4), seed=1))


def test_one_worker_fits_what_one_machine_fits(fit: Any, source: Source) -> None:
    alone = fit.fit(ORIGINAL, RECIPE, [source], seed=3)
    by_one = fit.fit(ORIGINAL, RECIPE, [source], seed=3, workers=InThisProcess(1))

    assert by_one.losses == alone.losses
    assert by_one.weights == alone.weights


@pytest.mark.parametrize(("cores", "batch_size"), [(2, 64), (3, 100)])
def test_averaging_after_every_batch_is_summing_gradients(
    fit: Any, source: Source, monkeypatch: pytest.MonkeyPatch, cores: int, batch_size: int
) -> None:
    """Of SGD without momentum: the mean of the shares' steps is the step of the whole batch."""
    monkeypatch.setattr(fit.LocalSgd, "batches_per_call", 1)
    recipe = replace(RECIPE, batches=5, batch_size=batch_size)
    alone = fit.fit(ORIGINAL, recipe, [source], seed=3)
    together = fit.fit(ORIGINAL, recipe, [source], seed=3, workers=InThisProcess(cores))

    np.testing.assert_allclose(together.losses, alone.losses, rtol=1e-4)
    expected, weights = read_weights(alone.weights), read_weights(together.weights)
    for name, array in expected.items():
        np.testing.assert_allclose(weights[name], array, atol=1e-5)


def test_shares_stay_large_enough_however_many_cores_there_are(fit: Any) -> None:
    shares_of = _local_sgd(fit).shares_of

    assert (shares_of(4, 192), shares_of(64, 192), shares_of(64, 16)) == (4, 6, 1)


def test_a_share_depends_on_its_arguments_alone(fit: Any) -> None:
    """On dropout's seed too, and not on what the worker did before."""
    local_sgd = _local_sgd(fit)
    recipe = replace(family_named("path").recipe, batches=20, batch_size=64, warm_up=2)
    graph_of = local_sgd.GraphOf(family_named("path"), recipe, 10, 10)
    snapshots = training_snapshots(reference_drawings("replay")[:40], "path48", Variety(copies=1, cuts=4), seed=1)
    targets = np.eye(12, dtype=np.float32)[snapshots.labels]
    targets[:, 11] = snapshots.labels  # for the auxiliary layer
    examples = {name: data[:128] for name, data in snapshots.inputs.items()}, targets[:128]
    state = local_sgd._graph(graph_of).state

    first, losses = local_sgd.train_share(graph_of, examples, (2, 64), state, 7)
    local_sgd.train_share(graph_of, examples, (2, 64), first, 8)
    again, _ = local_sgd.train_share(graph_of, examples, (2, 64), state, 7)
    other, _ = local_sgd.train_share(graph_of, examples, (2, 64), state, 8)

    assert losses.shape == (2,)
    assert [array.tobytes() for array in again] == [array.tobytes() for array in first]
    assert [array.tobytes() for array in other] != [array.tobytes() for array in first]


def test_the_optimizer_is_part_of_the_averaged_state(fit: Any, source: Source) -> None:
    recipe = replace(RECIPE, optimizer="adam", learning_rate=0.01, schedule="cosine", batches=40)

    fitted = fit.fit(ORIGINAL, recipe, [source], seed=3, workers=InThisProcess(2))

    assert len(fitted.losses) == 40
    assert np.mean(fitted.losses[-5:]) < 0.8 * np.mean(fitted.losses[:5])


def _local_sgd(fit: Any) -> Any:
    return sys.modules[fit.LocalSgd.__module__]


def test_continued_training_is_not_for_workers(fit: Any, source: Source) -> None:
    with pytest.raises(ValueError, match="whole trainings alone"):
        fit.fit(ORIGINAL, RECIPE, [source], seed=3, initial_weights=b"", workers=InThisProcess(2))


# A process of its own: Ray beside the TensorFlow of other tests hangs.
KILLED_HALF_WAY = """
import os, pathlib, signal, sys
from dataclasses import replace

from training.data.dataset import Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.ray_pool import LOCAL, on_ray
from training.data.sources import Source
from training.families.recipes import Recipe, family_named

killed = pathlib.Path(sys.argv[1])

class Killing:
    def __init__(self, workers):
        self.cores, self.share, self.workers, self.calls = workers.cores, workers.share, workers, 0

    def submit(self, function, *args):
        self.calls += 1
        fatal = self.calls == 4  # in the second round

        def call(*args):
            trained = function(*args)
            if fatal and not killed.exists():
                killed.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return trained

        return self.workers.submit(call, *args)

with on_ray(LOCAL, 2) as workers:
    from training.learning.fitting import fit

    recipe = Recipe("adam", learning_rate=0.02, schedule="cosine", batches=50, batch_size=64, copies=1)
    snapshots = training_snapshots(reference_drawings("replay")[:60], "ink20", Variety(1, 4), seed=1, processes=2)
    softmax = family_named("softmax")
    undisturbed = fit.fit(softmax, recipe, [Source(snapshots)], seed=3, workers=workers)
    disturbed = fit.fit(softmax, recipe, [Source(snapshots)], seed=3, workers=Killing(workers))
    assert killed.exists()
    assert disturbed.losses == undisturbed.losses
    assert disturbed.weights == undisturbed.weights
    print("the same")
"""


@pytest.mark.ray
def test_a_worker_killed_in_a_round_changes_nothing(tmp_path: Any) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed: it has no wheel for this Python")

    done = subprocess.run(
        [sys.executable, "-c", KILLED_HALF_WAY, str(tmp_path / "killed")],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.stdout.splitlines()[-1:] == ["the same"], done.stderr[-3000:]
