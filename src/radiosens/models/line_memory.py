"""Recognition among hundreds of lines: what a line has for itself, beyond what lines share.

The low-rank space of a model holds what lines have in common (tissue, growth, differentiation).
What it leaves of a line is the line's own; a new sample whose rest correlates with it is that line,
or its sister. Over genes that were measured in both; an imputed gene has no rest.

The bars were set with the files in view that ``docs/lines.md`` names: lines of training measured
again have 0.1 to 0.8 (by genes in common), the most alike line of another donor 0.08 to 0.29. So
the bar lies above all of these: many lines stay unsure, and nobody gets another's measured SF2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.recognition import Recognition
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.lowrank import LowRank
from radiosens.preprocessing.products import filled_up, products

__all__ = ["RECOGNISED", "UNSURE", "RestMemory"]

#: Correlation of rests from which a line is recognised, and from which it might be; and by how
#: much it has to stand clear of the next donor's.
RECOGNISED, UNSURE, CLEAR = 0.30, 0.18, 0.06
#: A rest smaller than this is rounding: the gene was imputed.
ROUNDING = 0.02
#: With fewer genes in common nothing is said of a line.
LEAST_GENES = 200
#: Kinds of gaps that are remembered.
MOST_GAPS = 256

Numbers = NDArray[np.float64]


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

    def similarities(self, z: Matrix) -> Numbers:
        """Return the correlation of rests of each sample with each line; 0 where unknown."""
        new, there = self._rests(z)
        y, known = self._own
        x = np.where(there, new, 0)
        n, sum_y, squares_y = self._where_measured(there)
        sum_x = x @ known.T
        covariance = x @ y.T - sum_x * sum_y / n
        squares_x = np.square(x) @ known.T - np.square(sum_x) / n
        length = np.sqrt(np.maximum(squares_x, 1e-9) * np.maximum(squares_y, 1e-9))
        found: Numbers = np.where(n >= LEAST_GENES, covariance / length, 0)
        return found[:, : len(self.lines)]

    @cached_property
    def _own(self) -> tuple[Numbers, Numbers]:
        """Return the lines' rests, 0 where there is none, and 1 where there is; filled up."""
        own, known = self._rests(self.profiles)
        known &= np.abs(own) > ROUNDING
        return filled_up(np.where(known, own, 0)), filled_up(known.astype(np.float64))

    def _where_measured(self, there: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers]:
        """Return how many genes samples share with each line, and the rests' sum and squares.

        It is the same for all samples with the same gaps, as those of one file usually have.
        """
        keys = [np.packbits(row).tobytes() for row in there]
        own = {key: self._gaps[key] for key in set(keys) if key in self._gaps}
        if len(own) < len(set(keys)):
            y, known = self._own
            a = there.astype(np.float64)
            n, sum_y = np.maximum(a @ known.T, 1), a @ y.T
            squares = a @ np.square(y).T - np.square(sum_y) / n
            own = dict(zip(keys, np.stack([n, sum_y, squares], axis=1), strict=True))
            if len(self._gaps) < MOST_GAPS:  # never emptied: others may be reading
                self._gaps.update(own)
        n, sum_y, squares = np.stack([own[key] for key in keys], axis=1)
        return n, sum_y, squares

    @cached_property
    def _gaps(self) -> dict[bytes, Numbers]:
        return {}

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

    def _rests(self, z: Matrix) -> tuple[Numbers, NDArray[np.bool_]]:
        model: Any = self.model
        space = LowRank(model.loadings_[0], model.variances_[0], model.noise_[0])
        centred = z - model.mean_
        rest = centred - products(space.scores(centred), space.loadings.T.astype(np.float64))
        return rest, ~np.isnan(z)
