"""The published ancestors: sources, claimed figures, classifiers and the pictures that they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.baselines import blog_2013, digits_mlp, mnist_logistic, mnist_svc
from training.baselines.framing import Framing
from training.baselines.mnist import Mnist
from training.baselines.record import Classifier, Pixels, Reproduced
from training.baselines.softmax_2016 import Progress, SoftmaxRegression

SVC_PICTURES = 2_000  # training time grows quadratically; the source stopped at 500


@dataclass(frozen=True, slots=True)
class Experiment:
    """A source's own experiment and its claimed figure; `run` gets MNIST if it is available."""

    name: str
    claimed: float
    trained_on: str
    run: Callable[[Mnist | None], Reproduced | None]  # None: it needs MNIST, which was not given
    slug: str  # of its figures' file names
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A published classifier, and the pictures it was made for."""

    name: str
    slug: str
    source: str
    year: int | None
    framing: Framing
    make: Callable[[Progress], Classifier]
    note: str
    scale: Callable[[Pixels], Pixels] = np.asarray
    most_pictures: int | None = None  # that it can be trained on in reasonable time
    experiments: tuple[Experiment, ...] = ()


def _with_mnist(run: Callable[[Mnist], Reproduced]) -> Callable[[Mnist | None], Reproduced | None]:
    return lambda mnist: None if mnist is None else run(mnist)


def _unit(pixels: Pixels) -> Pixels:
    return np.asarray(pixels, np.float32) / np.float32(255)


ANCESTORS: tuple[Ancestor, ...] = (
    Ancestor(
        name="PCA and neighbours",
        slug="knn",
        source="blog post",
        year=2013,
        framing="whole50",
        make=lambda _: blog_2013.make_classifier(),
        scale=_unit,
        note="50x50 pictures, randomized PCA to 10 components, StandardScaler, 5 neighbours; no figure claimed",
    ),
    Ancestor(
        name="Softmax of 2016",
        slug="softmax-2016",
        source="blog post",
        year=2016,
        framing="whole20",
        make=lambda progress: SoftmaxRegression(progress=progress),
        scale=_unit,
        note="20x20 cells of the whole canvas, weights from zero, gradient descent 0.5, 10,000 batches of 1,000; "
        "no figure claimed; in numpy in place of TensorFlow",
    ),
    Ancestor(
        name="MLP of 15 units",
        slug="mlp",
        source="load_digits tutorial",
        year=None,
        framing="box8",
        make=lambda _: digits_mlp.make_classifier(),
        note="15 logistic units on 8x8 cells of 0 to 16 about the ink",
        experiments=(
            Experiment(
                name="MLP of 15 units",
                claimed=0.9159,
                trained_on="load_digits, first 1,000",
                run=lambda _: digits_mlp.run(),
                slug="mlp",
                note="tested on the other 797",
            ),
        ),
    ),
    Ancestor(
        name="SVC",
        slug="svc",
        source="MNIST tutorial",
        year=None,
        framing="box28",
        make=lambda _: mnist_svc.make_classifier(),
        note="28x28 pixels framed as MNIST's",
        most_pictures=SVC_PICTURES,
        experiments=tuple(
            Experiment(
                name=f"SVC, {count} images",
                claimed=claimed,
                trained_on=f"MNIST, first {count}",
                run=_with_mnist(lambda mnist, count=count: mnist_svc.run(mnist, count)),  # type: ignore[misc]
                slug=f"svc-{count}",
                note="tested on the first 100 of the test set",
            )
            for count, claimed in ((100, 0.68), (500, 0.88))
        ),
    ),
    Ancestor(
        name="Logistic regression",
        slug="logistic",
        source="MNIST tutorial",
        year=None,
        framing="box28",
        make=lambda _: mnist_logistic.make_classifier(),
        scale=mnist_logistic.scaled,
        note="28x28 pixels framed as MNIST's; lbfgs, stopped at 100 rounds",
        experiments=(
            Experiment(
                name="Logistic regression",
                claimed=0.9207,
                trained_on="MNIST, 80 % of 70,000",
                run=_with_mnist(mnist_logistic.run),
                slug="logistic",
                note="tested on the other 14,000; lbfgs stopped at 100 rounds",
            ),
        ),
    ),
)
