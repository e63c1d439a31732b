"""Exact Shapley values of tree ensembles (Lundberg et al. 2020, Nat Mach Intell 2:56).

The interventional kind: features that are not yet the sample's are the baseline's. A leaf asks
of some features to be in an interval. Those that both sample and baseline answer alike play no
part; where only the sample's values lead to the leaf for ``n`` of them and only the baseline's for
``m``, the leaf is worth ``(n-1)! m! / (n+m)!`` of its value to each of the first and
``-n! (m-1)! / (n+m)!`` to each of the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

__all__ = ["Forest"]

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """What the leaves of all trees ask for, one row a leaf and feature.

    Attributes
    ----------
    leaf, feature : array of int, shape (rows,)
    above, upto : array of shape (rows,)
        A value leads to the leaf if ``above < value <= upto``.
    value : array of shape (leaves,)
        SF2, already divided by the number of trees.
    """

    leaf: NDArray[np.intp]
    feature: NDArray[np.intp]
    above: Vector
    upto: Vector
    value: Vector

    @classmethod
    def of(cls, model: Any) -> Forest:
        """Take scikit-learn's trees apart: of an ensemble that averages them.

        Examples
        --------
        >>> from sklearn.ensemble import ExtraTreesRegressor
        >>> x = np.random.default_rng(0).normal(size=(30, 4))
        >>> model = ExtraTreesRegressor(5, random_state=0).fit(x, x[:, 0])
        >>> values = Forest.of(model).contributions(x[0], x[1])
        >>> bool(np.isclose(values.sum(), np.diff(model.predict(x[[1, 0]]))[0]))
        True
        """
        rows: list[tuple[int, int, float, float]] = []
        values: list[float] = []
        for estimator in model.estimators_:
            tree = estimator.tree_
            todo: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
            while todo:
                node, asked = todo.pop()
                if tree.children_left[node] < 0:
                    rows += [(len(values), f, *ends) for f, ends in asked.items()]
                    values.append(float(tree.value[node, 0, 0]))
                    continue
                f, at = int(tree.feature[node]), float(tree.threshold[node])
                above, upto = asked.get(f, (-np.inf, np.inf))
                todo.append((tree.children_left[node], {**asked, f: (above, min(upto, at))}))
                todo.append((tree.children_right[node], {**asked, f: (max(above, at), upto)}))
        table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        return cls(
            table[:, 0].astype(np.intp),
            table[:, 1].astype(np.intp),
            table[:, 2],
            table[:, 3],
            np.array(values) / len(model.estimators_),
        )

    def contributions(self, sample: Vector, baseline: Vector) -> Vector:
        """Return Shapley values of one sample against one baseline: (features,)."""
        leaves = len(self.value)
        by_sample = self._leads(sample)
        by_baseline = self._leads(baseline)
        only_sample, only_baseline = by_sample & ~by_baseline, by_baseline & ~by_sample
        dead = np.bincount(self.leaf, ~(by_sample | by_baseline), leaves) > 0
        n = np.bincount(self.leaf, only_sample, leaves)
        m = np.bincount(self.leaf, only_baseline, leaves)
        value = np.where(dead, 0.0, self.value)
        with np.errstate(invalid="ignore"):
            gain = np.exp(gammaln(n) + gammaln(m + 1) - gammaln(n + m + 1))
            loss = np.exp(gammaln(n + 1) + gammaln(m) - gammaln(n + m + 1))
        gain, loss = np.where(n > 0, gain, 0.0) * value, np.where(m > 0, loss, 0.0) * value
        rows = np.where(only_sample, gain[self.leaf], 0) - np.where(
            only_baseline, loss[self.leaf], 0
        )
        return np.asarray(np.bincount(self.feature, rows, len(sample)), dtype=np.float64)

    def _leads(self, x: Vector) -> NDArray[np.bool_]:
        values = x.astype(np.float32)[self.feature]  # trees compare in float32
        return (values > self.above) & (values <= self.upto)
