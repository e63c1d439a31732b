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

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve

from radiosens.celllines import is_haematological
from radiosens.predictors.tuning import inner_splits

__all__ = [
    "BLOOD",
    "Setting",
    "Sides",
    "grid",
    "labels",
    "lineages",
    "mean_weights",
    "sides_of",
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
        base: Numbers = self._means_test @ targets  # type: ignore[attr-defined]
        if setting == Setting():
            return base
        between = _weighted(self._test_kernels, setting)  # type: ignore[attr-defined]
        found: Numbers = base + between @ self._dual(targets, setting)
        return found

    def slope(self, targets: Numbers, setting: Setting) -> Numbers:
        """Return what a unit of each coordinate adds to SF2: (coordinates, targets)."""
        own, _ = self._centred(self.z, self.z_test)
        slope: Numbers = own.T @ self._dual(targets, setting) / setting.penalty
        return slope

    def _dual(self, targets: Numbers, setting: Setting) -> Numbers:
        kernel = _weighted(self._kernels, setting)  # type: ignore[attr-defined]
        residuals = targets - self._means @ targets  # type: ignore[attr-defined]
        dual: Numbers = solve(
            kernel + np.eye(len(kernel)), residuals, assume_a="pos", check_finite=False
        )
        return dual

    def inner(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> Sides:
        """Divide the training samples again."""
        z, lineage, tissue = self.z, self.lineage, self.tissue
        return Sides(z[train], lineage[train], tissue[train], z[test], lineage[test], tissue[test])

    def _centred(self, own: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
        weights, tested = self._means, self._means_test  # type: ignore[attr-defined]
        return own - weights @ own, others - tested @ own


def _weighted(kernels: tuple[Numbers, Numbers], setting: Setting) -> Numbers:
    """Add up the kernels of expression and of tissue as far as each counts."""
    return kernels[0] / setting.penalty + kernels[1] * setting.tissue_variance


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


def labels(tissues: ArrayLike | None, samples: int) -> Names:
    """Return the tissue of each sample as text, the same for all where none is given."""
    return np.full(samples, "unknown") if tissues is None else np.asarray(tissues, dtype=str)


def sides_of(z: Numbers, tissue: Names, z_test: Numbers, tissue_test: Names) -> Sides:
    """Put together what is known of both sides of a split."""
    found = (lineages(t, len(t)) for t in (tissue, tissue_test))
    own, others = found
    return Sides(z, own, tissue, z_test, others, tissue_test)
