"""Training samples whose labels other training samples contradict.

Arrays get mixed up: three per cent in five collections (Westra et al. 2011, Bioinformatics
27:2104), some in nearly half of the data sets with both sexes (Toker et al. 2016, F1000Research
5:2103). A model that trusts such a label gives it to correct replicates of the line which the
array truly comes from. `WithoutLabelOutliers` leaves such samples out of the training of any
regressor: `replicate_mask` tells which samples look like replicates of one line, `label_outliers`
which labels most of these contradict. All is learned from training samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.utils import Tags, get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.preprocessing.noise import NoiseFilter
from radiosens.preprocessing.scaling import Matrix

__all__ = ["WithoutLabelOutliers", "find_label_outliers", "label_outliers", "replicate_mask"]

Bools = NDArray[np.bool_]
Lines = NDArray[np.int64]


class WithoutLabelOutliers(RegressorMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Fit a regressor to the training samples whose labels the others don't contradict.

    Parameters
    ----------
    estimator : regressor
        Is cloned, and fitted to the samples that are left.

    Attributes
    ----------
    estimator_ : regressor
        The fitted one.
    outliers_ : array of bool, shape (samples,)
        Training samples left out.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> profiles = np.random.default_rng(0).normal(size=(9, 500))
    >>> lines = np.arange(9).repeat(3)
    >>> x, labels = profiles[lines], lines.copy()
    >>> labels[[2, 5]] = labels[[5, 2]]
    >>> model = WithoutLabelOutliers(Ridge()).fit(x, labels / 10, groups=labels)
    >>> np.flatnonzero(model.outliers_).tolist()
    [2, 5]
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(
        self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None
    ) -> WithoutLabelOutliers:
        """Find outliers and train without them.

        Parameters
        ----------
        X : array of shape (samples, features)
            Log-scale expression.
        y : array of shape (samples,)
            SF2.
        groups : array of shape (samples,), optional
            The line of each sample; without it every label is trusted.
        """
        x, targets = validate_data(
            self, X, y, dtype=[np.float32, np.float64], y_numeric=True, ensure_min_samples=2
        )
        self.outliers_ = np.zeros(len(x), dtype=bool)
        if groups is not None:
            lines: Lines = np.unique(np.asarray(groups), return_inverse=True)[1]
            if lines.shape != (len(x),):
                raise ValueError(f"groups has the shape {lines.shape} for {len(x)} samples")
            self.outliers_ = find_label_outliers(x, lines)
        kept = ~self.outliers_
        self.estimator_ = clone(self.estimator).fit(x[kept], targets[kept])
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Predict SF2 as the estimator does: (samples, features) → (samples,)."""
        check_is_fitted(self)
        x = validate_data(self, X, dtype=[np.float32, np.float64], reset=False)
        predicted: NDArray[np.float64] = self.estimator_.predict(x)
        return predicted

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.target_tags.positive_only = inner.target_tags.positive_only
        tags.non_deterministic = inner.non_deterministic
        return tags


def find_label_outliers(x: NDArray[Any], lines: Lines) -> Bools:
    """Find samples whose label the others contradict, by their profiles without noise.

    Parameters
    ----------
    x : array of shape (samples, features)
        Training samples.
    lines : array of int, shape (samples,)
        A number from 0 for each line.
    """
    centred = np.asarray(x - x.mean(axis=0), dtype=np.float32)
    noise = NoiseFilter.fit(centred)
    clean = centred if noise is None else noise.clean(centred)
    return label_outliers(replicate_mask(clean, lines)[0], lines)


def replicate_mask(x: Matrix, lines: Lines) -> tuple[Bools, float]:
    """Tell which training samples look like replicates of one line.

    Two samples do if their profiles' cosine is above a threshold which the panel teaches: the
    one that best divides similarity to the nearest of the own line from that to the nearest of
    another (Youden 1950, Cancer 3:32), in the middle of where it does so. Samples more like
    another line than their own may be mislabelled and have no say, nor does likeness to them.

    Parameters
    ----------
    x : array of shape (samples, features)
        Training samples, features centred, without noise if possible.
    lines : array of int, shape (samples,)
        A number from 0 for each line.

    Returns
    -------
    mask : array of bool, shape (samples, samples)
        Symmetric, true on the diagonal.
    threshold : float
        The cosine; 1 where there are no replicates, or no two lines, to learn from: then no
        two samples look alike.

    Examples
    --------
    >>> profiles = np.random.default_rng(0).normal(size=(3, 500)).astype("float32")
    >>> mask, _ = replicate_mask(profiles.repeat(2, axis=0), np.arange(3).repeat(2))
    >>> mask.sum(axis=1).tolist()
    [2, 2, 2, 2, 2, 2]
    """
    length = np.linalg.norm(x, axis=1, keepdims=True)
    units = np.divide(x, length, out=np.zeros_like(x), where=length > 0)
    cosines = units @ units.T
    own, rival = _nearest(cosines, lines)
    teaching = own > rival
    own, rival = _nearest(cosines[np.ix_(teaching, teaching)], lines[teaching])
    compared = np.isfinite(own) & np.isfinite(rival)
    if not compared.any():
        return np.eye(len(x), dtype=bool), 1.0
    threshold = _dividing(np.sort(own[compared]), np.sort(rival[compared]))
    found: Bools = (cosines > threshold) | np.eye(len(x), dtype=bool)
    return found, threshold


def _nearest(cosines: Matrix, lines: Lines) -> tuple[Matrix, Matrix]:
    """Return each sample's similarity to the nearest of its own line, and of another."""
    same = lines[:, None] == lines[None, :]
    others = ~same
    np.fill_diagonal(same, False)
    own = np.where(same, cosines, -np.inf).max(axis=1, initial=-np.inf)
    rival = np.where(others, cosines, -np.inf).max(axis=1, initial=-np.inf)
    return own, rival


def _dividing(own: Matrix, rival: Matrix) -> float:
    """Return the middle of the range that has most of the one above it and of the other below."""
    values = np.unique(np.concatenate([own, rival]))
    above = 1 - np.searchsorted(own, values, side="right") / len(own)
    below = np.searchsorted(rival, values, side="right") / len(rival)
    best = int((above + below).argmax())  # the same for all thresholds up to the next value
    return float(values[best : best + 2].mean())


def label_outliers(mask: Bools, lines: Lines) -> Bools:
    """Find samples whose label the others contradict.

    Such a sample is unlike some of its own line and like some of another, and either more of
    its own line agree elsewhere, or more of one other line look like it, while no more than
    half of its own do.

    Parameters
    ----------
    mask : array of bool, shape (samples, samples)
        From `replicate_mask`.
    lines : array of int, shape (samples,)
        A number from 0 for each line.

    Examples
    --------
    Of line 0 one looks like those of line 1:

    >>> looks, lines = np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1])
    >>> label_outliers(looks[:, None] == looks, lines).tolist()
    [False, False, True, False, False]
    """
    rows = np.arange(len(lines))
    of_line = np.eye(int(lines.max()) + 1, dtype=np.int64)[lines]  # (samples, lines)
    votes = mask.astype(np.int64) @ of_line  # of each line, how many look like each sample
    own, size = votes[rows, lines], of_line.sum(axis=0)[lines]
    votes[rows, lines] = 0
    rival = votes.max(axis=1)
    mates = lines[:, None] == lines[None, :]
    elsewhere = np.where(mates, own[None, :], 0).max(axis=1)
    found: Bools = (
        (rival > 0) & (own < size) & ((elsewhere > own) | ((rival > own) & (2 * own <= size)))
    )
    return found
