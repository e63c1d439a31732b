"""Contributions of features to predictions, and how well they add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing import Matrix

__all__ = ["LEAST_DIFFERENCE", "Baseline", "Contributions", "relative_error"]

#: Differences of SF2 below this are nothing that anyone measures: errors are relative to no less.
LEAST_DIFFERENCE = 1e-3


@dataclass(frozen=True)
class Baseline:
    """What a prediction is compared with.

    Attributes
    ----------
    name : str
        In words, as a report says it.
    profiles : array of shape (profiles, features)
        Aligned and filled log2 values. Contributions against several are averaged.
    tissues : mapping of str to float
        Share of each tissue, for predictors that are told tissues.
    """

    name: str
    profiles: Matrix
    tissues: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Contributions:
    """What each feature adds to each prediction.

    Attributes
    ----------
    values : array of shape (samples, features)
        In SF2; 0 where a feature plays no part.
    tissue : array of shape (samples,)
        What the tissue that was told adds.
    prediction, baseline : array of shape (samples,)
        SF2 of the samples and of what they are compared with, both by the model itself.
    method : str
        How they were found, in words.
    sampling_error : array of shape (samples, features), optional
        Standard errors, where contributions are a mean over what was drawn.
    """

    values: NDArray[np.float64]
    tissue: NDArray[np.float64]
    prediction: NDArray[np.float64]
    baseline: NDArray[np.float64]
    method: str
    sampling_error: NDArray[np.float64] | None = None

    @property
    def error(self) -> NDArray[np.float64]:
        """Completeness: how far each sample's contributions are from adding up, relative."""
        return relative_error(
            self.values.sum(axis=1) + self.tissue, self.prediction - self.baseline
        )


def relative_error(
    total: NDArray[np.float64], difference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far sums of contributions are from what they should add up to.

    Relative to the difference, or to 0.001 SF2 where it is less (`LEAST_DIFFERENCE`).

    Examples
    --------
    >>> relative_error(np.array([0.099, 1e-5]), np.array([0.1, 0.0])).round(3).tolist()
    [0.01, 0.01]
    """
    gaps: NDArray[np.float64] = np.abs(total - difference)
    return gaps / np.maximum(np.abs(difference), LEAST_DIFFERENCE)
