"""The ancestors' own experiments come out as they were published, so far as their data is at hand."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.real_data import data_folder
from training.baselines import digits_mlp, mnist_logistic, mnist_svc
from training.baselines.blog_2013 import make_classifier
from training.baselines.mnist import IDX_FILES, BadMnist, Mnist, read_mnist
from training.baselines.softmax_2016 import BATCH_SIZE, SEED, SoftmaxRegression

pytestmark = pytest.mark.slow  # trains the ancestors


@pytest.fixture(scope="module")
def images() -> Mnist:
    """In MNIST's form, made of scikit-learn's own digits."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    large = np.kron(digits.images, np.ones((3, 3))) * 15
    x = np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784).astype(np.uint8)
    y = digits.target.astype(np.int64)
    return Mnist(x[:1200], y[:1200], x[1200:], y[1200:])


@pytest.fixture
def no_other_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits_mlp, "OTHER_SEEDS", (0,))
    monkeypatch.setattr(mnist_logistic, "OTHER_SEEDS", (0,))


def test_fifteen_units_read_the_digits_as_well_as_claimed(no_other_seeds: None) -> None:
    reproduced = digits_mlp.run()

    assert reproduced.came_out == pytest.approx(0.9159, abs=0.015)
    assert reproduced.confusion.sum() == 797
    assert len(reproduced.trained) == 1000
    assert len(reproduced.by_other_seeds) == 1


def test_more_images_make_a_better_svc(images: Mnist) -> None:
    few, more = mnist_svc.run(images, 100), mnist_svc.run(images, 500)

    assert few.came_out < more.came_out
    assert more.confusion.sum() == 100
    assert more.trained.tolist() == images.y_train[:500].tolist()


def test_a_logistic_regression_is_tested_on_a_fifth(images: Mnist, no_other_seeds: None) -> None:
    reproduced = mnist_logistic.run(images)

    assert reproduced.confusion.sum() == 360
    assert reproduced.came_out > 0.9


@pytest.mark.skipif(data_folder() is None, reason="MIDSTROKE_TEST_DATA names no folder with mnist.npz")
@pytest.mark.parametrize(("count", "claimed"), [(100, 0.68), (500, 0.88)])
def test_the_svc_comes_out_as_claimed(count: int, claimed: float) -> None:
    mnist = read_mnist((data_folder() or Path()) / "mnist.npz")

    assert mnist_svc.run(mnist, count).came_out == claimed


def test_neighbours_of_2013_know_pictures_again(images: Mnist) -> None:
    classifier = make_classifier()

    classifier.fit(images.x_train, images.y_train)

    assert (classifier.predict(images.x_test) == images.y_test).mean() > 0.8


def test_the_softmax_regression_descends_the_gradient_of_its_batch(images: Mnist) -> None:
    x = images.x_train.astype(np.float32) / 255
    rows = np.random.default_rng(SEED).integers(0, len(x), BATCH_SIZE)
    one_hot = np.eye(10)[images.y_train[rows]]
    weights = 0.5 * x[rows].T @ (one_hot - 0.1) / BATCH_SIZE  # from zero, all ten are as probable
    bias = 0.5 * (one_hot - 0.1).mean(axis=0)
    expected = (images.x_test / 255 @ weights + bias).argmax(axis=1)

    guesses = SoftmaxRegression(batches=1).fit(x, images.y_train).predict(images.x_test.astype(np.float32) / 255)

    assert (guesses == expected).mean() > 0.99


def test_the_softmax_regression_learns(images: Mnist) -> None:
    x, test_x = images.x_train.astype(np.float32) / 255, images.x_test.astype(np.float32) / 255

    once = SoftmaxRegression(batches=1).fit(x, images.y_train).predict(test_x)
    often = SoftmaxRegression(batches=200).fit(x, images.y_train).predict(test_x)

    assert (often == images.y_test).mean() > max(0.85, (once == images.y_test).mean())


def as_idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.astype(np.uint8).tobytes()


def put_idx(folder: Path, mnist: Mnist, packed: bool) -> None:
    arrays = (mnist.x_train.reshape(-1, 28, 28), mnist.y_train, mnist.x_test.reshape(-1, 28, 28), mnist.y_test)
    for name, array in zip(IDX_FILES, arrays, strict=True):
        assert isinstance(array, np.ndarray)
        body = as_idx(array)
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(body) if packed else body)


@pytest.mark.parametrize("kind", ["npz", "idx", "idx.gz"])
def test_mnist_is_read_from_each_kind_of_file(kind: str, images: Mnist, tmp_path: Path) -> None:
    path = tmp_path
    if kind == "npz":
        path = tmp_path / "mnist.npz"
        np.savez(
            path,
            x_train=images.x_train.reshape(-1, 28, 28),
            y_train=images.y_train.astype(np.uint8),
            x_test=images.x_test.reshape(-1, 28, 28),
            y_test=images.y_test.astype(np.uint8),
        )
    else:
        put_idx(tmp_path, images, packed=kind == "idx.gz")

    read = read_mnist(path)

    assert (read.x_train == images.x_train).all()
    assert (read.y_train == images.y_train).all()
    assert (read.x == images.x).all()
    assert (read.y == images.y).all()


def test_a_file_that_is_not_mnist_is_refused(images: Mnist, tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no numbers")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    small = np.zeros((2, 3))
    np.savez(tmp_path / "small.npz", x_train=small, y_train=small, x_test=small, y_test=small)
    cut = tmp_path / "cut"
    cut.mkdir()
    put_idx(cut, images, packed=False)
    (cut / IDX_FILES[0]).write_bytes((cut / IDX_FILES[0]).read_bytes()[:-1])

    for path in (tmp_path / "text.npz", tmp_path / "other.npz", tmp_path / "small.npz", cut, tmp_path):
        with pytest.raises(BadMnist, match="expected"):
            read_mnist(path)
