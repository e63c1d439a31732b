"""Recognition among hundreds of lines: what a line has for itself, beyond what lines share.

The low-rank space of a model holds what lines have in common (tissue, growth, differentiation).
What it leaves of a line is the line's own; a new sample whose rest correlates with it is that line,
or its sister. Over genes that were measured in both; an imputed gene has no rest.

The bars were set with the files in view that ``docs/lines.md`` names: lines of training measured
again have 0.1 to 0.8 (by genes in common), the most alike line of another donor 0.08 to 0.29.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.recognition import Recognition
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.lowrank import LowRank

__all__ = ["RECOGNISED", "UNSURE", "RestMemory"]

#: Correlation of rests from which a line is recognised, and from which it might be; and by how
#: much it has to stand clear of the next donor's.
RECOGNISED, UNSURE, CLEAR = 0.24, 0.18, 0.06
#: A rest smaller than this is rounding: the gene was imputed.
ROUNDING = 0.02
#: With fewer genes in common nothing is said of a line.
LEAST_GENES = 200


@dataclass(frozen=True)
class RestMemory:
    """The lines of a model of many tables.

    Attributes
    ----------
    model : LowRankKernel
        Its first rank is used.
    profiles : array of shape (lines, genes)
        Standardised, gaps filled by the model.
    lines, donors : array of str, shape (lines,)
    """

    model: LowRankKernel
    profiles: Matrix
    lines: NDArray[np.str_]
    donors: NDArray[np.str_]

    def similarities(self, z: Matrix) -> NDArray[np.float64]:
        """Return the correlation of rests of each sample with each line; 0 where unknown."""
        new, there = self._rests(z)
        own, known = self._rests(self.profiles)
        known &= np.abs(own) > ROUNDING
        a, b = there.astype(np.float64), known.astype(np.float64)
        x, y = np.where(there, new, 0), np.where(known, own, 0)
        n = np.maximum(a @ b.T, 1)
        sum_x, sum_y = x @ b.T, a @ y.T
        covariance = x @ y.T - sum_x * sum_y / n
        squares_x = np.square(x) @ b.T - np.square(sum_x) / n
        squares_y = a @ np.square(y).T - np.square(sum_y) / n
        length = np.sqrt(np.maximum(squares_x, 1e-9) * np.maximum(squares_y, 1e-9))
        found: NDArray[np.float64] = np.where(n >= LEAST_GENES, covariance / length, 0)
        return found

    def look_up(self, z: Matrix) -> Recognition:
        """Compare new samples with every line.

        Parameters
        ----------
        z : array of shape (samples, genes)
            From `radiosens.preprocessing.profiles.stand_among`; NaN where missing.
        """
        scores = self.similarities(z)
        rows = np.arange(len(z))
        best = scores.argmax(axis=1)
        others = np.where(self.donors[None, :] == self.donors[best][:, None], -np.inf, scores)
        second = others.argmax(axis=1)
        top, next_one = scores[rows, best], others[rows, second]
        clear = top - next_one
        answer = np.where(
            (top >= RECOGNISED) & (clear >= CLEAR),
            "yes",
            np.where((top >= UNSURE) & (clear >= CLEAR / 2), "unsure", "no"),
        )
        return Recognition(self.lines[best], top, self.lines[second], next_one, answer)

    def _rests(self, z: Matrix) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        model: Any = self.model
        space = LowRank(model.loadings_[0], model.variances_[0], model.noise_[0])
        centred = z - model.mean_
        rest = centred - space.scores(centred) @ space.loadings.astype(np.float64)
        return rest, ~np.isnan(z)
