from __future__ import annotations

import json
import struct
from dataclasses import asdict, replace

import numpy as np
import pytest

from infra.harness.champions import shipped_artifact
from training.models.artifact import Artifact, read_weights, write_weights
from training.models.browser_weights import MAGIC, NotForBrowsers, browser_weights


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    return shipped_artifact("softmax")


def test_the_file_has_the_versions_weights_in_order(artifact: Artifact) -> None:
    file = browser_weights(artifact)

    (length,) = struct.unpack_from("<I", file, 4)
    header = json.loads(file[8 : 8 + length])
    arrays = [array.ravel() for _, array in sorted(read_weights(artifact.weights).items())]
    assert (file[:4], length % 4) == (MAGIC, 0)
    assert (header["model"], header["contract"], header["outputs"]) == (artifact.card.version, "ink20/2", 11)
    assert artifact.card.thresholds is not None
    assert header["thresholds"] == asdict(artifact.card.thresholds)
    assert len(header["golden"]) == len(artifact.card.golden)
    assert np.array_equal(np.frombuffer(file[8 + length :], "<f4"), np.concatenate(arrays))


def test_a_version_without_a_doubt_has_ten_outputs(artifact: Artifact) -> None:
    arrays = read_weights(artifact.weights)
    former = {name: a.reshape(*a.shape[:-1], -1, 11)[..., :10].reshape(*a.shape[:-1], -1) for name, a in arrays.items()}

    file = browser_weights(replace(artifact, weights=write_weights(former)))

    assert b'"outputs":10' in file


def test_another_family_is_no_model_for_browsers() -> None:
    with pytest.raises(NotForBrowsers, match="path of path48, expected softmax of ink20"):
        browser_weights(shipped_artifact("path"))


def test_weights_of_other_features_are_not_for_browsers(artifact: Artifact) -> None:
    arrays = read_weights(artifact.weights)
    other = {**arrays, "000_kernel_0": arrays["000_kernel_0"][:-8]}

    with pytest.raises(NotForBrowsers, match="792, 88"):
        browser_weights(replace(artifact, weights=write_weights(other)))
