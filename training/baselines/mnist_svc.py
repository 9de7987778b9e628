"""Reproduces a tutorial on MNIST with a support vector machine, trained on the first 100 and the first 500 images."""

from __future__ import annotations

from training.baselines.mnist import Mnist
from training.baselines.record import Classifier, Reproduced, reproduce

TESTED = 100  # the first of the test set


def make_classifier() -> Classifier:
    """scikit-learn's defaults: a Gaussian kernel, its width by the data's variance. On raw pixels, 0 to 255."""
    from sklearn.svm import SVC  # noqa: PLC0415 - a second, spent by whoever lists the ancestors

    classifier: Classifier = SVC()
    return classifier


def run(mnist: Mnist, count: int) -> Reproduced:
    """Trains on the first `count` images and tests on the first 100 of the test set."""
    return reproduce(
        make_classifier(), mnist.x_train[:count], mnist.y_train[:count], mnist.x_test[:TESTED], mnist.y_test[:TESTED]
    )
