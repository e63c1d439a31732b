"""Ridge regression within lineages, shared by what is built on it: tuned, and for many SF2 at once.

SF2 is the mean of its lineage (blood, or solid), and to that are added an effect of tissue and
a linear one of expression, both shrunken. The lineages' means are not: values and SF2 are
centred within each lineage first, which gives the same as fitting the means beside the rest
(Frisch and Waugh 1933, Econometrica 1:387). With both effects shrunken to nothing, what is left
is exactly two means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import anndata as ad
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.celllines import is_haematological
from radiosens.predictors.tuning import SampleSpacePCA, inner_splits

__all__ = [
    "BLOOD",
    "Setting",
    "Sides",
    "WithinLineageRidge",
    "grid",
    "lineages",
    "mean_weights",
    "needs_two_tissues",
    "tuned_predictions",
]

Numbers = NDArray[np.float64]
Names = NDArray[np.str_]

BLOOD, SOLID = "haematological", "solid"

#: Penalties of expression, where samples have a mean square length of one, and variances of
#: tissue effects where noise has one: from nearly free to nearly none.
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
TISSUE_VARIANCES = (0.0, 0.03, 0.3)
FOLDS = 5


@dataclass(frozen=True)
class Setting:
    """How much expression and tissue count; infinite and zero are not at all."""

    penalty: float = np.inf
    tissue_variance: float = 0.0


def grid(penalties: Sequence[float], tissue_variances: Sequence[float]) -> list[Setting]:
    """Return every combination, what counts least first."""
    return [
        Setting(p, v) for p in sorted(penalties, reverse=True) for v in sorted(tissue_variances)
    ]


def lineages(tissues: ArrayLike | None, samples: int) -> Names:
    """Return ``haematological`` or ``solid`` for each sample; what is not known is not blood.

    Examples
    --------
    >>> lineages(["AML", "Renal", "unknown"], 3).tolist()
    ['haematological', 'solid', 'solid']
    """
    if tissues is None:
        return np.full(samples, SOLID)
    return np.array([BLOOD if is_haematological(str(t)) else SOLID for t in np.asarray(tissues)])


@dataclass(frozen=True)
class Sides:
    """Training and tested samples of one split: coordinates, lineage and tissue of each."""

    z: Numbers
    lineage: Names
    tissue: Names
    z_test: Numbers
    lineage_test: Names
    tissue_test: Names

    def __post_init__(self) -> None:
        # (of, what): which training samples' mean is taken off each sample
        object.__setattr__(self, "_means", mean_weights(self.lineage, self.lineage))
        object.__setattr__(self, "_means_test", mean_weights(self.lineage_test, self.lineage))
        own, others = self._centred(self.z, self.z_test)
        tissues, tested = self._centred(*_one_hot(self.tissue, self.tissue_test))
        object.__setattr__(self, "_kernels", (own @ own.T, tissues @ tissues.T))
        object.__setattr__(self, "_test_kernels", (others @ own.T, tested @ tissues.T))

    def predict(self, targets: Numbers, setting: Setting) -> Numbers:
        """Fit to each column of (samples, targets); return (tested samples, targets)."""
        weights, tested = self._means, self._means_test  # type: ignore[attr-defined]
        base: Numbers = tested @ targets
        scales = (1 / setting.penalty, setting.tissue_variance)
        if not any(scales):
            return base
        kernel, between = (
            scales[0] * k[0] + scales[1] * k[1]
            for k in (self._kernels, self._test_kernels)  # type: ignore[attr-defined]
        )
        residuals = targets - weights @ targets
        dual = solve(kernel + np.eye(len(kernel)), residuals, assume_a="pos", check_finite=False)
        found: Numbers = base + between @ dual
        return found

    def inner(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> Sides:
        """Divide the training samples again."""
        z, lineage, tissue = self.z, self.lineage, self.tissue
        return Sides(z[train], lineage[train], tissue[train], z[test], lineage[test], tissue[test])

    def _centred(self, own: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
        weights, tested = self._means, self._means_test  # type: ignore[attr-defined]
        return own - weights @ own, others - tested @ own


def mean_weights(of: Names, training: Names) -> Numbers:
    """Return the weights that average training samples of a lineage: (samples, training).

    A lineage that training lacks gets the mean of all.
    """
    same = (of[:, None] == training).astype(float)
    same[same.sum(axis=1) == 0] = 1.0
    weights: Numbers = same / same.sum(axis=1, keepdims=True)
    return weights


def _one_hot(tissue: Names, tested: Names) -> tuple[Numbers, Numbers]:
    known = np.unique(tissue)
    own, others = ((t[:, None] == known).astype(float) for t in (tissue, tested))
    # A tissue that training lacks has no effect of its own: the mean one of its lineage.
    return own, others


def tuned_predictions(
    sides: Sides, targets: Numbers, settings: Sequence[Setting], groups: Any, random_state: Any
) -> tuple[Numbers, NDArray[np.intp]]:
    """Choose a setting for each column of targets by cross-validation, and predict with it.

    Returns
    -------
    predictions : array of shape (tested samples, targets)
    chosen : array of shape (targets,)
        Position of the setting.
    """
    splits = inner_splits(groups, len(targets), FOLDS, random_state)
    if not splits or len(settings) == 1:
        middle = len(settings) // 2 if splits else 0
        return sides.predict(targets, settings[middle]), np.full(targets.shape[1], middle)
    errors = np.zeros((len(settings), targets.shape[1]))
    for train, test in splits:
        part = sides.inner(train, test)
        for i, setting in enumerate(settings):
            missed = part.predict(targets[train], setting) - targets[test]
            errors[i] += np.square(missed).mean(axis=0) / len(splits)
    chosen = errors.argmin(axis=0)
    found = np.empty((len(sides.z_test), targets.shape[1]))
    for i in np.unique(chosen):
        found[:, chosen == i] = sides.predict(targets[:, chosen == i], settings[i])
    return found, chosen


class WithinLineageRidge(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Means of lineages, and within them tissue and expression as far as tuning says.

    Parameters
    ----------
    penalties : sequence of float
        Of expression, to choose from; ``inf`` alone leaves expression out.
    tissue_variances : sequence of float
        Granted to tissue effects, to choose from.
    random_state : int, RandomState or None
        Seed of the folds of tuning.

    Attributes
    ----------
    setting_ : Setting
        What was chosen.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tissues = np.repeat(["Leukemia", "Lung"], 15)
    >>> x, y = rng.normal(size=(30, 100)), np.where(tissues == "Leukemia", 0.1, 0.6)
    >>> model = WithinLineageRidge(random_state=0).fit(x, y, tissues=tissues)
    >>> model.predict(x[:1], tissues=["AML"]).round(1).tolist()
    [0.1]
    """

    def __init__(
        self,
        penalties: Sequence[float] = (*PENALTIES, np.inf),
        tissue_variances: Sequence[float] = TISSUE_VARIANCES,
        random_state: Any = None,
    ) -> None:
        self.penalties = penalties
        self.tissue_variances = tissue_variances
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        groups: ArrayLike | None = None,
        tissues: ArrayLike | None = None,
    ) -> WithinLineageRidge:
        """Tune and train.

        Parameters
        ----------
        X : array of shape (samples, features)
            Scaled expression.
        y : array of shape (samples,)
            SF2.
        groups : array of shape (samples,), optional
            What folds of tuning must keep whole.
        tissues : array of shape (samples,), optional
            The tissue of each sample; without it all are of one lineage and tissue.
        """
        x, y = validate_data(self, X, y, y_numeric=True, ensure_min_samples=2)
        self.pca_ = SampleSpacePCA().fit(x)
        self.z_, self.tissues_ = self.pca_.transform(x), labels(tissues, len(x))
        self.y_ = np.asarray(y, dtype=np.float64)
        settings = grid(self.penalties, self.tissue_variances)
        none = np.empty((0, self.z_.shape[1])), np.empty(0, dtype=str)
        sides = sides_of(self.z_, self.tissues_, *none)
        _, chosen = tuned_predictions(sides, self.y_[:, None], settings, groups, self.random_state)
        self.setting_ = settings[int(chosen[0])]
        return self

    def predict(self, X: ArrayLike, tissues: ArrayLike | None = None) -> Numbers:
        """Return SF2 of each sample; a tissue that training lacks has no effect of its own."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        sides = sides_of(self.z_, self.tissues_, self.pca_.transform(x), labels(tissues, len(x)))
        return sides.predict(self.y_[:, None], self.setting_)[:, 0]

    def predict_each(
        self,
        X: ArrayLike,
        targets: Numbers,
        X_test: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        tissues: ArrayLike | None = None,
        test_tissues: ArrayLike | None = None,
    ) -> Numbers:
        """Return what `predict` would after `fit` to each column of targets.

        Parameters
        ----------
        X, X_test : array of shape (samples, features), (tested samples, features)
            Scaled expression.
        targets : array of shape (samples, targets)
            SF2, measured or shuffled.
        groups, tissues, test_tissues
            As for `fit` and `predict`.

        Returns
        -------
        array of shape (tested samples, targets)
        """
        pca = SampleSpacePCA().fit(X)
        z, z_test = pca.transform(X), pca.transform(X_test)
        sides = sides_of(z, labels(tissues, len(z)), z_test, labels(test_tissues, len(z_test)))
        settings = grid(self.penalties, self.tissue_variances)
        return tuned_predictions(sides, targets, settings, groups, self.random_state)[0]


def labels(tissues: ArrayLike | None, samples: int) -> Names:
    """Return the tissue of each sample as text, the same for all where none is given."""
    return np.full(samples, "unknown") if tissues is None else np.asarray(tissues, dtype=str)


def sides_of(z: Numbers, tissue: Names, z_test: Numbers, tissue_test: Names) -> Sides:
    """Put together what is known of both sides of a split."""
    found = (lineages(t, len(t)) for t in (tissue, tissue_test))
    own, others = found
    return Sides(z, own, tissue, z_test, others, tissue_test)


def needs_two_tissues(panel: ad.AnnData) -> str | None:
    """Say so if the panel does not tell one tissue from another."""
    known = set(panel.obs["tissue"].astype(str)) - {"unknown"}
    return None if len(known) > 1 else "the panel does not name two tissues (column 'tissue')"
