"""Reproduces a blog post of 2013: 50x50 pictures, ten principal components by a randomized method, k neighbours."""

from __future__ import annotations

from training.baselines.record import Classifier

COMPONENTS = 10
SEED = 1  # of the random projection; the post names none


def make_classifier() -> Classifier:
    """The post's classifier; its RandomizedPCA is a solver of scikit-learn's PCA today."""
    from sklearn.decomposition import PCA  # noqa: PLC0415 - a second, spent by whoever lists the ancestors
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    classifier: Classifier = make_pipeline(
        PCA(COMPONENTS, svd_solver="randomized", random_state=SEED), StandardScaler(), KNeighborsClassifier()
    )
    return classifier
