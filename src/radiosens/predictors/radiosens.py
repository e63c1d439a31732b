"""Our own recommendation: the simplest of four models that the evidence does not speak against.

From simple to rich: the mean; two means, of blood and of solid tumours; these and tissue; these
and ridge regression on expression. Inside the training samples each is cross-validated, with
whatever it tunes tuned anew in each fold, and the richer one is taken only if its errors are
lower by more than one standard error (Breiman et al. 1984, Classification and Regression
Trees, section 3.4.3; the standard error is that of the difference, donor by donor, as in Yates
et al. 2021, Ecology 102:e03475). So it is a mean or two means wherever expression does not earn
its place, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import inner_splits
from radiosens.predictors.within import (
    PENALTIES,
    SOLID,
    TISSUE_VARIANCES,
    Names,
    Setting,
    Sides,
    grid,
    tuned_predictions,
)
from radiosens.predictors.within_ridge import WithinLineage, sides_between

__all__ = ["MODELS", "PREDICTOR", "Comparison", "SimplestSupported"]

Numbers = NDArray[np.float64]

#: The models by what readers call them, simple ones first, and the settings each tunes.
MODELS: dict[str, list[Setting]] = {
    "the mean": [Setting()],
    "two means": [Setting()],
    "two means and tissue": grid((np.inf,), TISSUE_VARIANCES),
    "expression": grid((*PENALTIES, np.inf), TISSUE_VARIANCES),
}
#: Folds of the cross-validation that compares them.
FOLDS = 10


@dataclass(frozen=True)
class Comparison:
    """What cross-validation inside training says of a model.

    Attributes
    ----------
    error : float
        Mean squared error, in SF2 squared.
    excess : float
        How much more that is than the best model's.
    standard_error : float
        Of the excess, over groups (donors).
    """

    error: float
    excess: float
    standard_error: float


class SimplestSupported(WithinLineage):
    """Take the simplest model within one standard error of the best; see the module's text.

    Parameters
    ----------
    random_state : int, RandomState or None
        Seed of the folds inside training.

    Attributes
    ----------
    choice_ : str
        The model taken, of `MODELS`.
    comparisons_ : dict of str to Comparison
        What spoke for it; empty where training has a single group.
    reason_ : str
        The same in a sentence.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tissues = np.repeat(["AML", "Lung"], 20)
    >>> x = rng.normal(size=(40, 50))
    >>> y = np.where(tissues == "AML", 0.1, 0.6) + 0.05 * rng.normal(size=40)
    >>> SimplestSupported(random_state=0).fit(x, y, tissues=tissues).choice_
    'two means'
    >>> SimplestSupported(random_state=0).fit(x, x[:, 0], tissues=tissues).choice_
    'expression'
    """

    def __init__(self, random_state: Any = None) -> None:
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        groups: ArrayLike | None = None,
        tissues: ArrayLike | None = None,
    ) -> SimplestSupported:
        """Compare, choose and train.

        Parameters
        ----------
        X : array of shape (samples, features)
            Scaled expression.
        y : array of shape (samples,)
            SF2.
        groups : array of shape (samples,), optional
            What folds inside must keep whole; standard errors are over these.
        tissues : array of shape (samples,), optional
            The tissue of each sample; without it all are of one lineage and tissue.
        """
        sides = self._learn(X, y, tissues)
        owner = np.arange(len(self.y_)) if groups is None else np.asarray(groups)
        compare, tune = _seeds(self.random_state)
        errors = _errors(sides, self.y_[:, None], owner, compare, tune)
        self.comparisons_ = {
            name: Comparison(*(float(v[0]) for v in found))
            for name, found in _comparisons(errors, owner).items()
        }
        self.choice_ = list(MODELS)[int(_choose(errors, owner, 1)[0])]
        settings = MODELS[self.choice_]
        _, chosen = tuned_predictions(sides, self.y_[:, None], settings, owner, tune)
        self.setting_ = settings[int(chosen[0])]
        self.reason_ = _reason(self.choice_, self.comparisons_)
        return self

    def _seen(self, sides: Sides) -> Sides:
        return _seen(sides, self.choice_)

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

        See `radiosens.predictors.within_ridge.WithinLineageRidge.predict_each`.
        """
        sides = sides_between(X, tissues, X_test, test_tissues)
        owner = np.arange(len(targets)) if groups is None else np.asarray(groups)
        compare, tune = _seeds(self.random_state)
        errors = _errors(sides, targets, owner, compare, tune)
        chosen = _choose(errors, owner, targets.shape[1])
        found = np.empty((len(sides.z_test), targets.shape[1]))
        for i, (name, settings) in enumerate(MODELS.items()):
            if (chosen == i).any():
                own = _seen(sides, name), targets[:, chosen == i]
                found[:, chosen == i] = tuned_predictions(*own, settings, owner, tune)[0]
        return found


def _seeds(random_state: Any) -> tuple[int, int]:
    numbers = check_random_state(random_state).randint(2**31 - 1, size=2)
    return int(numbers[0]), int(numbers[1])


def _seen(sides: Sides, name: str) -> Sides:
    """Return what a model sees: the mean sees no lineage."""
    if name != "the mean":
        return sides
    one, other = (np.full(len(t), SOLID) for t in (sides.tissue, sides.tissue_test))
    return Sides(sides.z, one, sides.tissue, sides.z_test, other, sides.tissue_test)


def _errors(
    sides: Sides, targets: Numbers, owner: NDArray[Any], compare: int, tune: int
) -> dict[str, Numbers]:
    """Return each model's squared errors inside training: (samples, targets); none without folds.

    A model that can't differ from a simpler one is not there.
    """
    splits = inner_splits(owner, len(targets), FOLDS, compare)
    found = {name: np.empty_like(targets) for name in _different(sides.lineage, sides.tissue)}
    for train, test in splits:
        part = sides.inner(train, test)
        for name, errors in found.items():
            predicted, _ = tuned_predictions(
                _seen(part, name), targets[train], MODELS[name], owner[train], tune
            )
            errors[test] = np.square(predicted - targets[test])
    return found if splits else {}


def _different(lineage: Names, tissue: Names) -> list[str]:
    left_out = {"two means"} if len(np.unique(lineage)) == 1 else set()
    left_out |= {"two means and tissue"} if len(np.unique(tissue)) == 1 else set()
    return [name for name in MODELS if name not in left_out]


def _comparisons(
    errors: dict[str, Numbers], owner: NDArray[Any]
) -> dict[str, tuple[Numbers, Numbers, Numbers]]:
    """Return each model's error, its excess over the best, and that one's standard error."""
    if not errors:
        return {}
    names, codes = np.unique(owner, return_inverse=True)
    membership = (np.arange(len(names))[:, None] == codes).astype(float)
    sums = np.stack([membership @ e for e in errors.values()])  # (models, groups, targets)
    samples = membership.sum(axis=1)
    means = sums.sum(axis=1) / samples.sum()
    best = means.argmin(axis=0)
    lowest = np.take_along_axis(sums, best[None, None, :], axis=0)[0]
    found = {}
    for name, own, mean in zip(errors, sums, means, strict=True):
        excess = (own - lowest).sum(axis=0) / samples.sum()
        # The mean of all samples is a ratio over groups; Cochran 1977, Sampling Techniques, 6.4.
        rest = own - lowest - samples[:, None] * excess
        variance = np.square(rest).sum(axis=0) * len(names) / max(1, len(names) - 1)
        found[name] = (mean, excess, np.sqrt(variance) / samples.sum())
    return found


def _choose(errors: dict[str, Numbers], owner: NDArray[Any], targets: int) -> NDArray[np.intp]:
    """Return the position in `MODELS` of the simplest within one standard error of the best."""
    chosen = np.zeros(targets, dtype=np.intp)
    # From rich to simple, so that the simplest that will do has the last word.
    for name, (_, excess, deviation) in reversed(_comparisons(errors, owner).items()):
        chosen[excess <= deviation] = list(MODELS).index(name)
    return chosen


def _reason(choice: str, comparisons: dict[str, Comparison]) -> str:
    if not comparisons:
        return f"it is {choice}: a single group cannot be divided to compare models"
    base = comparisons[choice]
    best = min(comparisons, key=lambda name: comparisons[name].error)
    if best != choice:
        return (
            f"it is {choice}: {best} has a squared error lower by {base.excess / base.error:.1%},"
            f" which is within its standard error of {base.standard_error / base.error:.1%}"
        )
    simpler = [
        name for name in comparisons if list(MODELS).index(name) < list(MODELS).index(choice)
    ]
    if not simpler:
        return f"it is {choice}: nothing richer has a lower error in cross-validation"
    other = min((comparisons[name] for name in simpler), key=lambda c: c.excess)
    return (
        f"it is {choice}: its squared error is lower by {other.excess / other.error:.1%} than the"
        f" best simpler model's, with a standard error of {other.standard_error / other.error:.1%}"
    )


def _make(random_state: int, **_: Any) -> SimplestSupported:
    return SimplestSupported(random_state)


PREDICTOR = Predictor(
    name="radiosens",
    description="ours: the mean, two means, tissue or expression, whichever evidence supports",
    make=_make,
    tuned=True,
    uses_tissues=True,
    fast=True,
    repeated=False,  # it is one of the nested models, which are
    caution="its four models were chosen after looking at the real panels' figures",
)
