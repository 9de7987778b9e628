"""A blog post of 2013: pictures of 50x50, ten principal components by a randomized method, nearest neighbours."""

from __future__ import annotations

from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.baselines.record import Classifier

COMPONENTS = 10
SEED = 1  # of the random projection; the post names none


def make_classifier() -> Classifier:
    """As the post has it; scikit-learn's class of that time, RandomizedPCA, is a solver of PCA today."""
    classifier: Classifier = make_pipeline(
        PCA(COMPONENTS, svd_solver="randomized", random_state=SEED), StandardScaler(), KNeighborsClassifier()
    )
    return classifier
