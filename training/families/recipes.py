"""The families of models: encoding, layers and hyperparameters of each.

The layers are in `architectures/`, which is imported only when a model is built: Keras imports TensorFlow, and the
service imports this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from collector.ink.encodings import Encoding

CLASSES = 10  # of digits
EARLY_INK = 0.28  # ink fraction


@dataclass(frozen=True, slots=True)
class Resume:
    """Hyperparameters of continued training, which takes seconds on a few new drawings, and a minute on hundreds."""

    optimizer: Literal["sgd", "adam", "adamw"]
    learning_rate: float
    batches: int
    batch_size: int
    copies: int  # augmented, of each new drawing
    l2_sp: float  # weight of the squared distance to the champion's weights in the loss, against forgetting
    replay_ratio: float = 0.85  # share of reference drawings in each batch, distilled from the champion


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyperparameters of training from scratch."""

    optimizer: Literal["sgd", "adam", "adamw"]
    learning_rate: float  # at its peak
    schedule: Literal["constant", "cosine"]  # cosine falls to a hundredth
    batches: int
    batch_size: int = 1000
    copies: int = 4  # augmented, of each drawing
    cuts: int = 10  # stages that each copy is cut at, of the ten evaluation stages
    # Range of augmentation: little keeps early stages sharp, much helps with unseen writers.
    strength: tuple[float, float] = (0.0, 1.0)
    smoothing: float = 0.0  # of labels
    # Of the labels of beginnings, falling to nothing at EARLY_INK: at 10 % of the ink, `path` was 7 points surer of
    # unknown writers than it was right.
    early_smoothing: float = 0.0
    warm_up: int = 0  # batches until the peak: the first statistics of batch norm are rough
    weight_decay: float = 0.0  # with adamw
    average: float = 0.0  # momentum of the exponential moving average of weights; 0 for none
    teacher: str | None = None  # the family whose soft labels are distilled, since its encoding shows more
    distillation_weight: float = 0.7  # of the soft labels in the targets; the labels have the rest
    doubt_weight: float = 0.3  # of the doubt's cross-entropy in the loss, beside the digits'
    # Of telling digits, letters and symbols apart, an auxiliary task by a layer that is thrown away: the embedding then
    # carries to marks that no model has seen.
    symbol_weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of model."""

    name: str
    encoding: Encoding
    # An untrained keras.Model for a number of classes: inputs by name; `digits`, the classes' probabilities, by a layer
    # of that name; `doubt` and `embedding` where it has them.
    build_model: Callable[[int], Any]
    recipe: Recipe
    resume: Resume | None  # None: no continued training
    long_resume: Resume | None = None  # on all that is stored, from time to time; None: never
    symbols: Recipe | None = None  # of a symbol set's own model, begun at the shipped weights; None: no such models


class WrongWeights(ValueError):
    """The weights don't fit the family's model: an older or newer release trained them."""


class UnknownFamily(ValueError):
    """No family has this name."""


def family_named(name: str) -> Family:
    for family in FAMILIES:
        if family.name == name:
            return family
    raise UnknownFamily(f"family {name!r:.40}, expected one of {', '.join(f.name for f in FAMILIES)}")


def _build_path(classes: int) -> Any:
    from training.families.architectures.path import build_model  # noqa: PLC0415 - Keras: 2.7 s and 600 MB, for training alone

    return build_model(classes)


def _build_cnn(classes: int) -> Any:
    from training.families.architectures.cnn import build_model  # noqa: PLC0415 - as above

    return build_model(classes)


def _build_softmax(classes: int) -> Any:
    from training.families.architectures.softmax import build_model  # noqa: PLC0415 - as above

    return build_model(classes)


def _build_original(classes: int) -> Any:
    from training.families.architectures.original import build_model  # noqa: PLC0415 - as above

    return build_model(classes)


# Of a network's shipped weights, to the drawings of a symbol set.
_FINE_TUNING = Recipe(
    "adamw",
    learning_rate=1e-3,
    schedule="cosine",
    batches=150,  # few, for the weights know strokes already, and cross-validation trains four times
    batch_size=128,
    copies=8,
    cuts=8,
    smoothing=0.02,
    early_smoothing=0.25,
    warm_up=15,
    weight_decay=1e-4,
)

PATH = Family(
    name="path",
    encoding="path48",
    build_model=_build_path,
    recipe=Recipe(
        "adamw",
        learning_rate=2e-3,
        schedule="cosine",
        batches=14_000,  # three times through 920,000 snapshots; a third of it was .009 worse on unknown devices
        batch_size=192,
        copies=6,
        cuts=8,
        smoothing=0.01,  # UNIPEN has wrong labels; more than this made finished drawings less sure than they were right
        early_smoothing=0.25,
        warm_up=200,
        weight_decay=1e-4,
        symbol_weight=0.3,
    ),
    resume=Resume("adam", 1e-4, batches=40, batch_size=256, copies=10, l2_sp=0.001),
    long_resume=Resume("adam", 3e-4, batches=200, batch_size=256, copies=16, l2_sp=0.001, replay_ratio=0.5),
    symbols=_FINE_TUNING,
)

CNN = Family(
    name="cnn",
    encoding="ink20",
    build_model=_build_cnn,
    recipe=Recipe(
        "adamw",
        learning_rate=3e-3,
        schedule="cosine",
        batches=5_000,
        batch_size=512,
        copies=6,
        cuts=8,
        smoothing=0.01,
        early_smoothing=0.25,
        warm_up=200,
        weight_decay=1e-2,
        average=0.998,
        teacher="path",  # its encoding shows the order of strokes, which ink alone can't
    ),
    resume=Resume("adam", 1e-4, batches=40, batch_size=256, copies=10, l2_sp=0.001),
    symbols=replace(_FINE_TUNING, weight_decay=1e-3),
)

SOFTMAX = Family(
    name="softmax",
    encoding="ink20",
    build_model=_build_softmax,
    # Adam's steps are high, for features are small (0 to 1) and many: 0.002 was five points worse.
    recipe=Recipe(
        "adam",
        learning_rate=0.02,
        schedule="cosine",
        batches=4_000,
        copies=6,
        cuts=8,
        early_smoothing=0.25,
        teacher="path",
    ),
    resume=Resume("adam", 1.2e-4, batches=40, batch_size=256, copies=10, l2_sp=0.001, replay_ratio=0.9),
    # No long one: a fifth of the 1s labelled 7 cost 5.7 points of recall (`python -m infra.soak poison`).
    symbols=Recipe(
        "adam",
        learning_rate=0.02,
        schedule="cosine",
        batches=200,
        batch_size=256,
        copies=8,
        cuts=8,
        early_smoothing=0.25,
    ),
)

ORIGINAL = Family(
    name="original",
    encoding="canvas20",
    build_model=_build_original,
    recipe=Recipe("sgd", learning_rate=0.5, schedule="constant", batches=1_000, copies=2),
    resume=Resume("sgd", 0.05, batches=60, batch_size=300, copies=20, l2_sp=0.001),
    symbols=Recipe("sgd", learning_rate=0.5, schedule="constant", batches=200, batch_size=256, copies=4),
)

FAMILIES: tuple[Family, ...] = (PATH, CNN, SOFTMAX, ORIGINAL)
